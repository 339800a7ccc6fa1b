import { sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import type { Reader } from '../../database/reader.ts'
import { type KeyCondition, matching } from './key-condition.ts'
import type { Scope } from './scope.ts'

/** So many rows are looked up and put in order sooner than most walks along an index come to their end. */
const FEW = 5_000

/** The condition that the fewest runs meet, where those are few. Counts along the indexes, and no further than that. */
export async function findDriver(
  reader: Reader,
  { keyConditions, experiments }: Scope,
): Promise<KeyCondition | undefined> {
  const candidates = keyConditions.filter(({ hasIndex, isAbsence }) => hasIndex && !isAbsence)
  const counts = await reader.readAll(
    candidates.map((condition) => {
      const { from, where } = matching(condition, experiments)
      return sql<{ count: number }>`
        select count(*) as count from (select 1 from ${from} where ${allOf(where)} limit ${FEW + 1})`
    }),
  )
  const counted = candidates.map((condition, i) => ({ condition, count: counts[i]?.[0]?.count ?? FEW + 1 }))
  return counted.filter(({ count }) => count <= FEW).sort((a, b) => a.count - b.count)[0]?.condition
}
