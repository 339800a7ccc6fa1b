import { sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import type { Reader } from '../../database/reader.ts'
import { type KeyCondition, matching } from './key-condition.ts'
import type { Scope } from './scope.ts'

/**
 * The condition that the fewest runs meet, where those are few. Looks no further than that: quick where an index leads to them, while for other
 * conditions all runs that have the key may have to be looked at.
 */
export async function findDriver(
  reader: Reader,
  { keyConditions, experiments }: Scope,
  few: number,
  among: 'indexed' | 'others',
): Promise<KeyCondition | undefined> {
  const candidates = keyConditions.filter(({ hasIndex, isAbsence }) => hasIndex === (among === 'indexed') && !isAbsence)
  const counts = await reader.readAll(
    candidates.map((condition) => {
      const { from, where } = matching(condition, experiments)
      return sql<{ count: number }>`
        select count(*) as count from (select 1 from ${from} where ${allOf(where)} limit ${few + 1})`
    }),
  )
  const counted = candidates.map((condition, i) => ({ condition, count: counts[i]?.[0]?.count ?? few + 1 }))
  return counted.filter(({ count }) => count <= few).sort((a, b) => a.count - b.count)[0]?.condition
}
