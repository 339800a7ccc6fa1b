import { keyFault, RegiaError, TRACKING_LIMITS } from '@regia/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'

/** @throws RegiaError `INVALID_INPUT` for a key or value that is too long or none. */
export async function writeExperimentTags(
  transaction: Transaction<Tables>,
  experiment: number,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(tags)
  if (entries.length === 0) return
  for (const [key, value] of entries) assertTag(key, value)
  await transaction
    .insertInto('experiment_tag')
    .values(entries.map(([key, value]) => ({ experiment_id: experiment, key, value })))
    .onConflict((conflict) =>
      conflict.columns(['experiment_id', 'key']).doUpdateSet(({ ref }) => ({ value: ref('excluded.value') })),
    )
    .execute()
}

function assertTag(key: string, value: string): void {
  const fault = keyFault(key)
  if (fault !== undefined) {
    throw new RegiaError('INVALID_INPUT', `The key "${key.slice(0, 300)}" ${fault}.`, { where: 'tags' })
  }
  const { experimentTagValueLength: longest } = TRACKING_LIMITS
  if (value.length <= longest) return
  throw new RegiaError('INVALID_INPUT', `The tag "${key}" has ${value.length} characters.`, {
    where: `tags.${key}`,
    hint: `At most ${longest} are kept.`,
  })
}
