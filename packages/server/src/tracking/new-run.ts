import { type NewRun, RegiaError, type RunRecord } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'
import { getActiveExperiment } from './experiment-record.ts'
import { findRun } from './find-run.ts'
import type { KeyIds } from './key-ids.ts'
import { assertTags, writeTags } from './log-values.ts'
import { readRun } from './read-run.ts'
import { type RunRow, runRecord } from './run-record.ts'

type Tx = Transaction<Tables>
export type NamedRun = NewRun & { readonly id: string; readonly name: string }

type Made = { readonly record: RunRecord; readonly isNew: boolean; readonly ids: ReadonlyMap<string, number> }
const NO_IDS: ReadonlyMap<string, number> = new Map()

/** Writes a run down; where one has its id, it answers that. @throws RegiaError `NOT_FOUND`, `CONFLICT` for a deleted experiment. */
export async function insertRun(transaction: Tx, run: NamedRun, keys: KeyIds, now: number): Promise<Made> {
  const known = await findRun(transaction, run.id)
  if (known) return { record: await readRun(transaction, known), isNew: false, ids: NO_IDS }
  const experiment = await getActiveExperiment(transaction, run.experimentId)
  const row = rowOf(run, experiment.id, now)
  const { rows } = await sql<{ seq: number }>`
    insert into tracked_run
    (id, experiment_id, name, status, source, user_name, start_ms, end_ms, parent_id, note, origin, updated_ms)
    values (${row.id}, ${row.experiment_id}, ${row.name}, ${row.status}, ${row.source}, ${row.user_name},
    ${row.start_ms}, ${row.end_ms}, ${row.parent_id}, ${row.note}, ${row.origin}, ${row.updated_ms}) returning seq
  `.execute(transaction)
  const seq = rows[0]?.seq
  if (seq === undefined) throw new Error('unreachable: an insert returns its row')
  const tags = run.tags ?? []
  const ids = await keys.ensure(
    transaction,
    tags.map(({ key }) => key),
  )
  await writeTags(transaction, { seq, experiment_id: experiment.id }, tags, ids)
  const values = { params: {}, metrics: [], tags: sortedTags(tags) }
  return { record: runRecord({ ...row, seq }, experiment.artifact_root, values), isNew: true, ids }
}

/** @throws RegiaError `INVALID_INPUT`. */
export function assertNewRun(run: NewRun, keys: KeyIds): void {
  const tags = run.tags ?? []
  keys.assertKeys(tags, 'tags')
  assertTags(tags)
  if (run.id === undefined || /^[a-zA-Z0-9][\w-]{0,255}$/.test(run.id)) return
  throw new RegiaError('INVALID_INPUT', `"${run.id.slice(0, 300)}" cannot be the id of a run.`, {
    where: 'id',
    hint: 'Use letters, digits, "_" and "-", at most 256, or none: then one is made.',
  })
}

const rowOf = (run: NamedRun, experiment: number, now: number): Omit<RunRow, 'seq'> => ({
  id: run.id,
  experiment_id: experiment,
  name: run.name,
  status: run.status ?? 'running',
  source: run.source,
  user_name: run.user ?? null,
  start_ms: run.startMs ?? null,
  end_ms: run.endMs ?? null,
  parent_id: run.parentId ?? null,
  note: run.note ?? null,
  origin: run.origin === undefined ? null : JSON.stringify(run.origin),
  updated_ms: now,
  deleted_ms: null,
})

const sortedTags = (tags: readonly { readonly key: string; readonly value: string }[]) =>
  Object.fromEntries(
    [...new Map(tags.map(({ key, value }) => [key, value]))].sort(([one], [other]) => (one < other ? -1 : 1)),
  )
