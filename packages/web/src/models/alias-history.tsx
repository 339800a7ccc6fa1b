import type { AliasMove } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { AliasTags } from './alias-tags.tsx'
import { modelHistoryQuery } from './queries.ts'

/** How aliases moved: who, when, why. */
export function AliasHistory({ name }: { readonly name: string }) {
  const history = useQuery(modelHistoryQuery(name))
  return (
    <Section title="Aliases moved">
      <Loaded query={history} height={120}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty>No alias has moved yet. An endpoint follows an alias: where it moves, the endpoint swaps.</Empty>
            ) : (
              <Moves moves={items} />
            )}
          </Card>
        )}
      </Loaded>
    </Section>
  )
}

const Moves = ({ moves }: { readonly moves: readonly AliasMove[] }) => (
  <PlainTable
    label="Aliases moved"
    rows={moves}
    keyOf={(move, i) => `${move.at}-${move.alias}-${i}`}
    columns={[
      { id: 'at', title: 'When', cell: (move) => <Ago at={move.at} /> },
      { id: 'alias', title: 'Alias', cell: (move) => <AliasTags aliases={[move.alias]} /> },
      { id: 'move', title: 'Moved', cell: (move) => moveText(move) },
      { id: 'by', title: 'By', cell: (move) => move.by },
      { id: 'why', title: 'Why', cell: (move) => move.reason || '–' },
    ]}
  />
)

const moveText = ({ fromVersion, toVersion }: AliasMove): string => {
  const to = toVersion === undefined ? 'none' : `v${toVersion}`
  return fromVersion === undefined ? to : `v${fromVersion} → ${to}`
}
