import type { TrackingFields } from '../tracked-run.ts'
import type { FilterEntity, FilterGrammar } from './clause.ts'
import { ENTITY_NAMES, entityOf, offeredEntities, quoteKey } from './operand.ts'
import type { FilterSuggestion } from './suggestion.ts'

const MAX_SUGGESTIONS = 50

type Place = {
  readonly text: string
  readonly cursor: number
  readonly grammar: FilterGrammar
  readonly fields: Partial<TrackingFields>
  readonly from: number
  readonly until: number
}
type Candidate = Pick<FilterSuggestion, 'text' | 'kind'> & { readonly name: string }

/** What a condition may be about, going on from what is written between `from` and the cursor. */
export function suggestOperands({ text, cursor, grammar, fields, from, until }: Place): readonly FilterSuggestion[] {
  const written = text.slice(from, cursor)
  const dot = written.indexOf('.')
  const entity = dot === -1 ? undefined : entityOf(written.slice(0, dot).replace(/["`]/g, ''))
  const candidates =
    entity === undefined
      ? [
          ...anyOperand(grammar),
          ...grammar.entities.flatMap((one) => keysOf(one, `${ENTITY_NAMES[one][0]}.`, grammar, fields)),
        ]
      : keysOf(entity, written.slice(0, dot + 1), grammar, fields)
  const begun = (entity === undefined ? written : written.slice(dot + 1)).replace(/^["`]/, '').toLowerCase()
  return ranked(candidates, begun, entity === undefined)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ text: suggested, kind }) => ({ from, until, text: suggested, kind }))
}

const anyOperand = (grammar: FilterGrammar): readonly Candidate[] => [
  ...grammar.attributes.map(({ name }) => ({ text: quoteKey(name), name, kind: 'attribute' as const })),
  ...offeredEntities(grammar).map((entity) => {
    const text = `${ENTITY_NAMES[entity][0]}.`
    return { text, name: text, kind: 'entity' as const }
  }),
]

function keysOf(
  entity: FilterEntity,
  prefix: string,
  grammar: FilterGrammar,
  fields: Partial<TrackingFields>,
): readonly Candidate[] {
  const kind = entity === 'attribute' ? ('attribute' as const) : ('key' as const)
  return namesOf(entity, grammar, fields).map((name) => ({ text: prefix + quoteKey(name), name, kind }))
}

function namesOf(entity: FilterEntity, grammar: FilterGrammar, fields: Partial<TrackingFields>): readonly string[] {
  if (entity === 'attribute') return grammar.attributes.map(({ name }) => name)
  if (entity === 'dataset') return (grammar.datasetFields ?? []).map(({ name }) => name)
  const keys = { metric: fields.metrics, param: fields.params, tag: fields.tags }[entity] ?? []
  return keys.map(({ key }) => key)
}

/** Those that begin with the text before those that hold it, else in their order. */
function ranked(candidates: readonly Candidate[], begun: string, isWhole: boolean): readonly Candidate[] {
  const rankOf = ({ name, text }: Candidate): number => {
    if (name.toLowerCase().startsWith(begun) || (isWhole && text.toLowerCase().startsWith(begun))) return 0
    return name.toLowerCase().includes(begun) ? 1 : 2
  }
  const withRank = candidates.map((candidate) => ({ candidate, rank: rankOf(candidate) }))
  return [0, 1].flatMap((rank) => withRank.filter((one) => one.rank === rank).map(({ candidate }) => candidate))
}
