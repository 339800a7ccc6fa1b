import type { FilterAttribute, FilterClause, FilterGrammar } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { compare } from '../../database/compare.ts'
import { matchesText } from './match-text.ts'

/** What is kept of each attribute of a run, whose row is `r`. */
const KEPT: Readonly<Record<string, RawBuilder<unknown>>> = {
  id: sql.ref('r.id'),
  name: sql.ref('r.name'),
  status: sql.ref('r.status'),
  user: sql.ref('r.user_name'),
  source: sql.ref('r.source'),
  experiment: sql`cast(r.experiment_id as text)`,
  parent: sql.ref('r.parent_id'),
  lifecycle: sql`iif(r.deleted_ms is null, 'active', 'deleted')`,
  artifacts: sql`(select iif(instr(x.artifact_root, '?') = 0,
    rtrim(x.artifact_root, '/') || '/' || r.id || '/artifacts',
    rtrim(substr(x.artifact_root, 1, instr(x.artifact_root, '?') - 1), '/') || '/' || r.id || '/artifacts'
      || substr(x.artifact_root, instr(x.artifact_root, '?'))) from experiment x where x.id = r.experiment_id)`,
  note: sql.ref('r.note'),
  started: sql.ref('r.start_ms'),
  finished: sql.ref('r.end_ms'),
  duration: sql`(r.end_ms - r.start_ms)`,
  updated: sql.ref('r.updated_ms'),
}

function keptOf(name: string): RawBuilder<unknown> {
  const kept = KEPT[name]
  if (!kept) throw new Error(`unreachable: a grammar of runs has the attribute "${name}", which no run has`)
  return kept
}

const valuesOf = (name: string, { attributes }: FilterGrammar): FilterAttribute['values'] =>
  attributes.find((attribute) => attribute.name === name)?.values

/** A clause about an attribute of runs. */
export const attributeTest = (clause: FilterClause, grammar: FilterGrammar): RawBuilder<boolean> =>
  testWritten(keptOf(clause.key), clause, grammar)

/** A clause about an attribute, of which `kept` is what is kept. Where a grammar has words of its own for that, they are what is compared. */
export function testWritten(
  kept: RawBuilder<unknown>,
  clause: FilterClause,
  grammar: FilterGrammar,
): RawBuilder<boolean> {
  const values = valuesOf(clause.key, grammar)
  if (values === undefined) return compare(kept, clause)
  const matching = Object.keys(values).filter((name) => matchesText(values[name] ?? name, clause))
  return matching.length === 0 ? sql<boolean>`false` : sql<boolean>`${kept} in (${sql.join(matching)})`
}

/** What runs are ordered by: the word that the grammar has for it, as that is what is seen. */
export function attributeValue(name: string, grammar: FilterGrammar): RawBuilder<unknown> {
  const kept = keptOf(name)
  const renamed = Object.entries(valuesOf(name, grammar) ?? {}).filter(([own, written]) => own !== written)
  if (renamed.length === 0) return kept
  const cases = renamed.map(([own, written]) => sql`when ${own} then ${written}`)
  return sql`(case ${kept} ${sql.join(cases, sql` `)} else ${kept} end)`
}
