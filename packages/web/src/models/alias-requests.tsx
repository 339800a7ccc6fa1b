import type { AliasRequest } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { AliasTags } from './alias-tags.tsx'
import { requestsQuery } from './queries.ts'

type AliasRequestsProps = {
  readonly model: string
  /** Only those about one version. */
  readonly version?: number
}

/** Who wants a protected alias moved, and what became of it; nothing where nobody ever asked. */
export function AliasRequests({ model, version }: AliasRequestsProps) {
  const { data } = useQuery(requestsQuery(model))
  const requests = (data?.items ?? []).filter((each) => version === undefined || each.version === version)
  if (requests.length === 0) return null
  return (
    <Section title="Requests" note="moves of protected aliases">
      <Card>
        <PlainTable
          label="Requests"
          rows={requests}
          keyOf={({ id }) => String(id)}
          columns={[
            {
              id: 'version',
              title: 'Version',
              cell: (row) => (
                <Link to="/models/$name/$version" params={{ name: row.model, version: String(row.version) }}>
                  v{row.version}
                </Link>
              ),
            },
            { id: 'alias', title: 'Alias', cell: (row) => <AliasTags aliases={[row.alias]} /> },
            { id: 'by', title: 'Asked by', cell: (row) => row.requestedBy },
            { id: 'why', title: 'Why', cell: (row) => row.reason || '–' },
            { id: 'at', title: 'When', cell: (row) => <Ago at={row.requestedAt} /> },
            { id: 'status', title: 'State', cell: (row) => <State request={row} /> },
          ]}
        />
      </Card>
    </Section>
  )
}

function State({ request }: { readonly request: AliasRequest }) {
  const { status, decidedBy, comment } = request
  if (status === 'pending') return <Decide request={request} />
  return (
    <>
      {status}
      {decidedBy && ` by ${decidedBy}`}
      {comment && `: ${comment}`}
    </>
  )
}

function Decide({ request: { id, model, alias, version } }: { readonly request: AliasRequest }) {
  return (
    <>
      <ConfirmAction
        label="Approve"
        title={`Make ${model} v${version} the ${alias}?`}
        isPrimary
        asksReason
        reasonLabel="Comment"
        act={(comment) => api.models.approve(id, comment ? { comment } : {})}
        done={`${model} v${version} is the ${alias}`}
      >
        <p>The alias moves at once, and endpoints that follow it swap.</p>
      </ConfirmAction>{' '}
      <ConfirmAction
        label="Reject"
        title={`Leave ${alias} where it is?`}
        asksReason
        reasonLabel="Comment"
        act={(comment) => api.models.reject(id, comment ? { comment } : {})}
        done="The request is rejected"
      >
        <p>The alias stays where it is; the request is kept with your comment.</p>
      </ConfirmAction>
    </>
  )
}
