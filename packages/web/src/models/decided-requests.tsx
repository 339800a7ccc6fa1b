import type { AliasRequest } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { AliasTags } from './alias-tags.tsx'
import { RequestedMove } from './requested-move.tsx'

/** What became of requests. */
export const DecidedRequests = ({ requests }: { readonly requests: readonly AliasRequest[] }) => (
  <Section title="Requests decided" note="moves of protected aliases">
    <Card>
      <PlainTable
        label="Requests decided"
        rows={requests}
        keyOf={({ id }) => String(id)}
        columns={[
          { id: 'at', title: 'Asked', cell: (row) => <Ago at={row.requestedAt} /> },
          { id: 'alias', title: 'Alias', cell: (row) => <AliasTags aliases={[row.alias]} /> },
          { id: 'version', title: 'Move', cell: (row) => <RequestedMove request={row} /> },
          { id: 'by', title: 'Asked by', cell: (row) => row.requestedBy },
          { id: 'why', title: 'Why', cell: (row) => row.reason || '–' },
          { id: 'status', title: 'What became of it', cell: outcome },
        ]}
      />
    </Card>
  </Section>
)

const outcome = ({ status, decidedBy, comment }: AliasRequest): string =>
  [status, decidedBy && ` by ${decidedBy}`, comment && `: ${comment}`].filter(Boolean).join('')
