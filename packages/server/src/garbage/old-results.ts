import type { Digest } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'

const KEYS_AT_ONCE = 500

/**
 * Keys of cached outputs that were made before a time and that no run but the old ones holds.
 *
 * @param oldRuns - Runs that are about to go.
 */
export async function findOldEntries(
  connection: Connection,
  madeBefore: string,
  oldRuns: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found: string[] = []
  for (let after = ''; ; ) {
    const rows = await connection
      .selectFrom('cache_entry')
      .select('key')
      .where('created_at', '<', madeBefore)
      .where('key', '>', after)
      .orderBy('key')
      .limit(KEYS_AT_ONCE)
      .execute()
    if (rows.length === 0) return found
    const keys = rows.map(({ key }) => key)
    const held = await keysHeld(connection, keys, oldRuns)
    found.push(...keys.filter((key) => !held.has(key)))
    after = keys.at(-1) ?? after
  }
}

async function keysHeld(
  connection: Connection,
  keys: readonly string[],
  oldRuns: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const steps = await connection
    .selectFrom('step_run')
    .select(['cache_key as key', 'run_id'])
    .where('cache_key', 'in', keys)
    .execute()
  return new Set(steps.flatMap(({ key, run_id }) => (key === null || oldRuns.has(run_id) ? [] : [key])))
}

export async function deleteEntries(connection: Connection, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
    const some = keys.slice(start, start + KEYS_AT_ONCE)
    await connection.deleteFrom('cache_entry').where('key', 'in', some).execute()
  }
}

/** What became of files that catalogs named, and when: known results too, taken in again where they are missed. */
export async function findOldTakenIn(
  connection: Connection,
  takenBefore: string,
  isNeeded: (digest: string) => boolean,
): Promise<readonly Digest[]> {
  const rows = await connection
    .selectFrom('catalog_table')
    .select(['key', 'taken_in'])
    .where('created_at', '<', takenBefore)
    .execute()
  return rows.filter(({ taken_in }) => !isNeeded(decodeJson(taken_in).artifact.digest)).map(({ key }) => key)
}
