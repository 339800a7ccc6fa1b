import { keyFault, RegiaError, TRACKING_LIMITS } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Tables } from '../database/database.ts'
import type { Entry } from './log-values.ts'

type Tx = Transaction<Tables>
const COLUMNS = ['key', 'value']

const rowsOf = (entries: readonly Entry[]) =>
  bulkRows(
    COLUMNS,
    entries.map(({ key, value }) => [key, value]),
  )

/** Writes tags over those that are there; the last of several with one key stands. */
export async function writeModelTags(transaction: Tx, model: string, tags: readonly Entry[]): Promise<void> {
  if (tags.length === 0) return
  const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()]
  await sql`
    insert into logged_model_tag (model_id, key, value) select ${model}, key, value from ${rowsOf(last)} where true
    on conflict (model_id, key) do update set value = excluded.value
  `.execute(transaction)
}

/** Writes params that are not there yet. @throws RegiaError `CONFLICT` for one that is there with another value. */
export async function writeModelParams(transaction: Tx, model: string, params: readonly Entry[]): Promise<void> {
  if (params.length === 0) return
  const { rows: changed } = await sql<{ key: string; old: string; new: string }>`
    select given.key, kept.value as old, given.value as new from ${rowsOf(params)} as given
    join logged_model_param as kept on kept.model_id = ${model} and kept.key = given.key
    where kept.value <> given.value
  `.execute(transaction)
  const [first] = changed
  if (first) {
    throw new RegiaError('CONFLICT', `The param "${first.key}" of the model "${model}" cannot change.`, {
      hint: 'Log another model, or keep the value as a tag.',
      data: { params: changed.map((each) => ({ ...each })) },
    })
  }
  await sql`
    insert into logged_model_param (model_id, key, value) select ${model}, key, value from ${rowsOf(params)} where true
    on conflict do nothing
  `.execute(transaction)
}

/** @throws RegiaError `INVALID_INPUT`. */
export function assertModelEntries(entries: readonly Entry[], what: 'params' | 'tags'): void {
  const longest = what === 'params' ? TRACKING_LIMITS.paramValueLength : TRACKING_LIMITS.tagValueLength
  for (const [i, { key, value }] of entries.entries()) {
    const fault = keyFault(key)
    if (fault !== undefined) {
      throw new RegiaError('INVALID_INPUT', `The key "${key.slice(0, 300)}" ${fault}.`, { where: `${what}[${i}].key` })
    }
    if (value.length > longest) {
      throw new RegiaError('INVALID_INPUT', `The value of "${key}" has ${value.length} characters.`, {
        where: `${what}[${i}].value`,
        hint: `At most ${longest} are kept.`,
      })
    }
  }
}
