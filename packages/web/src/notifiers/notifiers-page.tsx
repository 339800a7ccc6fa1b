import type { Notification, Notifier } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { NotifierTest } from './notifier-test.tsx'
import { notificationsQuery, notifiersQuery } from './queries.ts'

/** Who is told of what, and did it arrive? */
export default function NotifiersPage() {
  const notifiers = useQuery(notifiersQuery)
  const told = useQuery(notificationsQuery)
  return (
    <Page title="Notifiers" cli="regia notifiers list" http="GET /api/v1/notifiers">
      <Loaded query={notifiers} height={200}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty command="regia apply">
                Nobody is told anything. A notifier tells Slack, a webhook or a mailbox when a run fails or recovers, or
                when a person is asked. Write it in a file of your project and apply it:{' '}
                <code>
                  {
                    "export default notifier({ name: 'team', events: ['run-failed'], via: slack({ env: 'SLACK_URL' }) })"
                  }
                </code>
              </Empty>
            ) : (
              <Notifiers items={items} />
            )}
          </Card>
        )}
      </Loaded>
      <Section title="What was told">
        <Loaded query={told} height={200}>
          {({ items }) => (
            <Card>{items.length === 0 ? <Empty>Nothing has been told yet.</Empty> : <Told items={items} />}</Card>
          )}
        </Loaded>
      </Section>
    </Page>
  )
}

/** Where a notifier sends to. An address that comes from a secret is named by the secret. */
function whereOf({ via }: Notifier): string {
  if (via.kind === 'smtp') return `mail to ${via.to.join(', ')}`
  if (via.kind === 'custom') return via.type
  const { url } = via
  const address = typeof url === 'string' ? new URL(url).host : 'env' in url ? `$${url.env}` : url.file
  return `${via.kind} ${address}`
}

function Notifiers({ items }: { readonly items: readonly Notifier[] }) {
  return (
    <PlainTable
      label="Notifiers"
      rows={items}
      keyOf={(row) => row.name}
      columns={[
        {
          id: 'name',
          title: 'Notifier',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.last?.status)} label={row.last?.status ?? 'has told nothing'} />
              <b>{row.name}</b>
            </>
          ),
        },
        { id: 'via', title: 'Tells', cell: whereOf },
        { id: 'events', title: 'Of', cell: (row) => row.events.join(', ') },
        { id: 'pipelines', title: 'Pipelines', cell: (row) => row.pipelines.join(', ') || 'all' },
        {
          id: 'last',
          title: 'Last',
          isNumber: true,
          cell: (row) =>
            row.last ? (
              <span title={row.last.error ?? row.last.title}>
                {row.last.status} <Ago at={row.last.at} />
              </span>
            ) : (
              'never'
            ),
        },
        { id: 'acts', title: '', isNumber: true, cell: (row) => <NotifierTest name={row.name} /> },
      ]}
    />
  )
}

function Told({ items }: { readonly items: readonly Notification[] }) {
  return (
    <PlainTable
      label="Notifications"
      isTight
      rows={items}
      keyOf={(row) => String(row.id)}
      columns={[
        {
          id: 'title',
          title: 'What',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.status)} label={row.status} />
              <a href={row.path}>{row.title}</a>
            </>
          ),
        },
        { id: 'event', title: 'Event', cell: (row) => row.event },
        { id: 'to', title: 'To', cell: (row) => row.notifier },
        {
          id: 'status',
          title: 'Status',
          cell: (row) => (row.error ? `${row.status}: ${row.error}` : row.status),
        },
        { id: 'attempts', title: 'Attempts', isNumber: true, cell: (row) => row.attempts },
        { id: 'at', title: 'When', isNumber: true, cell: (row) => <Ago at={row.at} /> },
      ]}
    />
  )
}
