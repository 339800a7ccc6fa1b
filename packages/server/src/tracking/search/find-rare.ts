import { sql } from 'kysely'
import { type KeyCondition, probe } from './key-condition.ts'
import type { Segment } from './segments.ts'
import type { Selection } from './select-runs.ts'
import { sameKey, selectFirst } from './stretch.ts'

const SAMPLE = 500
/** Of the sample. */
const RARE_FRACTION = 0.1

/**
 * The conditions that few of those runs meet which come first in an order: all runs that meet one of these are found before the walk, since it
 * would look for them at run after run. The others are looked at run by run, as most runs meet them.
 */
export async function findRare(selection: Selection, segment: Segment): Promise<ReadonlySet<KeyCondition>> {
  const { reader, scope } = selection
  const own = sameKey(selection, segment)
  const conditions = scope.keyConditions.filter((condition) => condition !== own)
  if (conditions.length < 2 || segment.value === undefined) return new Set(conditions)
  const columns = conditions.map(
    (condition, i) => sql`sum(${probe(condition, sql.ref('s.seq'))}) as ${sql.id(`met_${i}`)}`,
  )
  const counts = await reader.readAll(
    scope.experiments.map(
      (experiment) => sql<Readonly<Record<string, number | null>>>`
        select ${sql.join(columns)} from (${selectFirst(selection, segment, experiment, SAMPLE)}) s`,
    ),
  )
  const met = conditions.map((_, i) => counts.reduce((sum, [row]) => sum + (row?.[`met_${i}`] ?? 0), 0))
  const limit = Math.max(Math.min(...met), SAMPLE * scope.experiments.length * RARE_FRACTION)
  return new Set(conditions.filter((_, i) => (met[i] ?? 0) <= limit))
}
