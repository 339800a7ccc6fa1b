import type { AliasRequest } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { AliasTags } from './alias-tags.tsx'
import { DecideButtons } from './decide-buttons.tsx'
import { requestsQuery } from './queries.ts'

type AliasRequestsProps = {
  readonly model: string
  /** Only those about one version. */
  readonly version?: number
  readonly state: 'pending' | 'decided'
}

/** Who wants a protected alias moved, or what became of that; nothing where nobody did. */
export function AliasRequests({ model, version, state }: AliasRequestsProps) {
  const { data } = useQuery(requestsQuery(model))
  const requests = (data?.items ?? []).filter(
    (each) =>
      (each.status === 'pending') === (state === 'pending') && (version === undefined || each.version === version),
  )
  if (requests.length === 0) return null
  const title = state === 'pending' ? 'Waiting for approval' : 'Requests decided'
  return (
    <Section title={title} note="moves of protected aliases">
      <Card>
        <PlainTable
          label={title}
          rows={requests}
          keyOf={({ id }) => String(id)}
          columns={[
            { id: 'version', title: 'Move', cell: (row) => <Move request={row} /> },
            { id: 'alias', title: 'Alias', cell: (row) => <AliasTags aliases={[row.alias]} /> },
            { id: 'by', title: 'Asked by', cell: (row) => row.requestedBy },
            { id: 'why', title: 'Why', cell: (row) => row.reason || '–' },
            { id: 'at', title: 'When', cell: (row) => <Ago at={row.requestedAt} /> },
            state === 'pending'
              ? { id: 'decide', title: '', isNumber: true, cell: (row) => <DecideButtons request={row} /> }
              : { id: 'status', title: 'What became of it', cell: outcome },
          ]}
        />
      </Card>
    </Section>
  )
}

const Move = ({ request: { model, version, fromVersion } }: { readonly request: AliasRequest }) => (
  <>
    {fromVersion !== undefined && `v${fromVersion} → `}
    <Link to="/models/$name/$version" params={{ name: model, version: String(version) }}>
      <b>v{version}</b>
    </Link>
  </>
)

const outcome = ({ status, decidedBy, comment }: AliasRequest): string =>
  [status, decidedBy && ` by ${decidedBy}`, comment && `: ${comment}`].filter(Boolean).join('')
