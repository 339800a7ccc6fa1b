import type { Schedule, ScheduleFiring } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Command } from '../kernel/command.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatCell } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { formatExact } from '../kernel/time.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { NextTimes } from './next-times.tsx'
import { firingsQuery } from './queries.ts'
import { whenText } from './when-text.ts'

/** One schedule: what it says, when next, and what came of its occasions. */
export function ScheduleDetail({ schedule }: { readonly schedule: Schedule | undefined }) {
  if (!schedule) return null
  return (
    <Columns min={380}>
      <Section title={schedule.name} note={schedule.description}>
        <Card pad>
          <Facts items={factsOf(schedule)} />
        </Card>
      </Section>
      <Section title="What came of it">
        <Card>
          <Firings name={schedule.name} />
        </Card>
      </Section>
    </Columns>
  )
}

const OVERLAPS = {
  skip: 'the next one is left out',
  queue: 'the next one waits',
  cancel: 'the one that goes on is cancelled',
  allow: 'both run',
} as const
const CATCH_UPS = { none: 'left out', latest: 'only the latest is made up for', all: 'all are made up for' } as const

function factsOf(schedule: Schedule) {
  const { when, params } = schedule
  return [
    ['Runs on', whenText(when)] as const,
    ['Version', schedule.channel ? `of channel ${schedule.channel}` : 'the latest'] as const,
    ['While one runs', OVERLAPS[schedule.overlap]] as const,
    ...(when.on === 'time'
      ? [
          ['Missed times', CATCH_UPS[when.catchUp]] as const,
          ['Next times', <NextTimes key="next" cron={when.cron} timezone={when.timezone} />] as const,
        ]
      : []),
    ...Object.entries(params).map(([name, value]) => [`param ${name}`, formatCell(value)] as const),
    ...(schedule.webhookPath
      ? [['Webhook', <Command key="path" text={`POST ${schedule.webhookPath}`} />] as const]
      : []),
    ...(schedule.secret ? [['Its secret, shown once', <Command key="secret" text={schedule.secret} />] as const] : []),
  ]
}

function Firings({ name }: { readonly name: string }) {
  const query = useQuery(firingsQuery(name))
  return (
    <Loaded query={query} height={160}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty command={`regia schedules fire ${name}`}>It has not fired yet.</Empty>
        ) : (
          <FiringTable firings={items} />
        )
      }
    </Loaded>
  )
}

function FiringTable({ firings }: { readonly firings: readonly ScheduleFiring[] }) {
  return (
    <PlainTable
      label="Firings"
      isTight
      rows={firings}
      keyOf={(row) => `${row.at}-${row.firedAt}`}
      columns={[
        {
          id: 'at',
          title: 'For',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.outcome)} label={row.outcome} />
              {formatExact(row.at)}
            </>
          ),
        },
        {
          id: 'outcome',
          title: 'Outcome',
          cell: (row) =>
            row.runId ? (
              <Link to="/runs/$id" params={{ id: row.runId }}>
                {row.outcome}
              </Link>
            ) : (
              row.outcome
            ),
        },
        { id: 'reason', title: 'Why', cell: (row) => row.reason },
        { id: 'fired', title: 'Fired', isNumber: true, cell: (row) => <Ago at={row.firedAt} /> },
      ]}
    />
  )
}
