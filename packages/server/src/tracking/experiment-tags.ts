import { keyFault, RegiaError, TRACKING_LIMITS } from '@regia/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'

type Tx = Transaction<Tables>
type Changes = Readonly<Record<string, string | null>>

/** Writes tags over those that are there; a tag that is `null` goes. @throws RegiaError `INVALID_INPUT` for a key or value that cannot be kept. */
export async function changeExperimentTags(transaction: Tx, experiment: number, changes: Changes): Promise<void> {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) await deleteExperimentTag(transaction, experiment, key)
    else await setTag(transaction, experiment, key, value)
  }
}

/** Says whether it was there. */
export async function deleteExperimentTag(transaction: Tx, experiment: number, key: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('experiment_tag')
    .where('experiment_id', '=', experiment)
    .where('key', '=', key)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

async function setTag(transaction: Tx, experiment: number, key: string, value: string): Promise<void> {
  assertTag(key, value)
  await transaction
    .insertInto('experiment_tag')
    .values({ experiment_id: experiment, key, value })
    .onConflict((conflict) => conflict.columns(['experiment_id', 'key']).doUpdateSet({ value }))
    .execute()
}

function assertTag(key: string, value: string): void {
  const fault = keyFault(key)
  if (fault !== undefined) {
    throw new RegiaError('INVALID_INPUT', `The key "${key.slice(0, 300)}" ${fault}.`, {
      where: 'tags',
      hint: 'Name it like "team" or "data/version".',
    })
  }
  const { experimentTagValueLength: longest } = TRACKING_LIMITS
  if (value.length <= longest) return
  throw new RegiaError('INVALID_INPUT', `The tag "${key}" has ${value.length} characters.`, {
    where: `tags.${key}`,
    hint: `At most ${longest} are kept; a note may be longer.`,
  })
}
