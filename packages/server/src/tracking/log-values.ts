import { RegiaError, TRACKING_LIMITS } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Tables } from '../database/database.ts'

type Tx = Transaction<Tables>
type RunPlace = { readonly seq: number; readonly id: string; readonly experiment_id: number }
export type Entry = { readonly key: string; readonly value: string }

/** Writes params that are not there yet. @throws RegiaError `CONFLICT` for one that is there with another value. */
export async function writeParams(
  transaction: Tx,
  run: RunPlace,
  params: readonly Entry[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  if (params.length === 0) return
  const rows = rowsOf(params, ids)
  // A cross join looks up each that is given; SQLite would rather read all params of the run for each of them.
  const before = await sql<{ key_id: number; old: string; new: string }>`
    select run_param.key_id, run_param.value as old, given.value as new from ${rows} as given cross join run_param
    where run_param.run_seq = ${run.seq} and run_param.key_id = given.key_id and run_param.value <> given.value
  `.execute(transaction)
  if (before.rows.length > 0) throw changedParams(run.id, params, ids, before.rows)
  await sql`
    insert into run_param (run_seq, experiment_id, key_id, value)
    select ${run.seq}, ${run.experiment_id}, key_id, value from ${rows} where true on conflict do nothing
  `.execute(transaction)
}

/** Writes tags over those that are there; the last of several with one key stands. */
export async function writeTags(
  transaction: Tx,
  run: Omit<RunPlace, 'id'>,
  tags: readonly Entry[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  if (tags.length === 0) return
  const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()]
  await sql`
    insert into run_tag (run_seq, experiment_id, key_id, value)
    select ${run.seq}, ${run.experiment_id}, key_id, value from ${rowsOf(last, ids)} where true
    on conflict (run_seq, key_id) do update set value = excluded.value
  `.execute(transaction)
}

/** @throws RegiaError `INVALID_INPUT` for a value that is too long, or a key that comes twice. */
export function assertParams(params: readonly Entry[]): void {
  assertLengths(params, 'params', TRACKING_LIMITS.paramValueLength)
  const seen = new Set<string>()
  for (const [i, { key }] of params.entries()) {
    if (seen.has(key)) {
      throw new RegiaError('INVALID_INPUT', `The param "${key}" comes twice in one batch.`, {
        where: `params[${i}].key`,
        hint: 'Give each param once.',
      })
    }
    seen.add(key)
  }
}

/** @throws RegiaError `INVALID_INPUT` for a value that is too long. */
export const assertTags = (tags: readonly Entry[]): void => assertLengths(tags, 'tags', TRACKING_LIMITS.tagValueLength)

function assertLengths(entries: readonly Entry[], what: 'params' | 'tags', longest: number): void {
  const i = entries.findIndex(({ value }) => value.length > longest)
  const entry = entries[i]
  if (!entry) return
  throw new RegiaError('INVALID_INPUT', `The value of "${entry.key}" has ${entry.value.length} characters.`, {
    where: `${what}[${i}].value`,
    hint: `At most ${longest} are kept; log a longer text as a file.`,
  })
}

const rowsOf = (entries: readonly Entry[], ids: ReadonlyMap<string, number>) =>
  bulkRows(
    ['key_id', 'value'],
    entries.map(({ key, value }) => [ids.get(key) ?? null, value]),
  )

function changedParams(
  runId: string,
  params: readonly Entry[],
  ids: ReadonlyMap<string, number>,
  changed: readonly { readonly key_id: number; readonly old: string; readonly new: string }[],
): RegiaError {
  const keys = new Map(params.map(({ key }) => [ids.get(key), key]))
  const found = changed.map((each) => ({ key: keys.get(each.key_id) ?? '', old: each.old, new: each.new }))
  const names = found.map(({ key, old, new: given }) => `"${key}" is ${shown(old)}, not ${shown(given)}`)
  return new RegiaError('CONFLICT', `A param cannot change: in the run "${runId}", ${names.join('; ')}.`, {
    hint: 'Start another run for another value, or keep it as a tag.',
    data: { params: found },
  })
}

const shown = (text: string): string => `'${text.length > 100 ? `${text.slice(0, 100)}…` : text}'`
