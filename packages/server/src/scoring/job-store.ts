import {
  type Digest,
  digestSchema,
  type ErrorBody,
  RegiaError,
  type ScoringJob,
  type ScoringJobId,
  type ScoringJobProgress,
  type ScoringJobResult,
  type ScoringJobSpec,
  type ScoringJobStatus,
} from '@regia/core'
import type { Selectable } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../database/json-text.ts'

export type NewJob = {
  readonly id: ScoringJobId
  readonly spec: ScoringJobSpec
  readonly model: { readonly name: string; readonly version: number }
  readonly packageDigest: Digest
  readonly inputDigest: Digest
  readonly by: string
  readonly createdAt: string
}

/** A job with what is needed to do it. */
export type KeptJob = { readonly job: ScoringJob; readonly packageDigest: Digest; readonly inputDigest: Digest }

export const WAITING: ScoringJobProgress = { phase: 'waiting', rowsDone: 0, fraction: 0 }

export async function insertJob(connection: Connection, job: NewJob): Promise<void> {
  await connection
    .insertInto('scoring_job')
    .values({
      id: job.id,
      spec: encodeJson(job.spec),
      model: job.model.name,
      version: job.model.version,
      package_digest: job.packageDigest,
      input_digest: job.inputDigest,
      status: 'queued',
      progress: encodeJson(WAITING),
      result: null,
      error: null,
      created_by: job.by,
      created_at: job.createdAt,
      started_at: null,
      finished_at: null,
    })
    .execute()
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getJob(connection: Connection, id: string): Promise<KeptJob> {
  const row = await connection.selectFrom('scoring_job').selectAll().where('id', '=', asId(id)).executeTakeFirst()
  if (row) return keptOf(row)
  throw new RegiaError('NOT_FOUND', `There is no scoring job "${id.slice(0, 60)}".`, {
    hint: 'See "regia scoring-jobs list".',
  })
}

export type JobQuery = {
  readonly status?: ScoringJobStatus | undefined
  readonly limit: number
  readonly offset: number
}

/** Newest first. */
export async function listJobs(connection: Connection, { status, limit, offset }: JobQuery) {
  const all = connection
    .selectFrom('scoring_job')
    .$if(status !== undefined, (select) => select.where('status', '=', status ?? 'queued'))
  const rows = await all.selectAll().orderBy('number', 'desc').limit(limit).offset(offset).execute()
  const { total } = await all.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map((row) => keptOf(row).job), total: Number(total) }
}

/** The oldest that waits. */
export async function nextJob(connection: Connection): Promise<KeptJob | undefined> {
  const row = await connection
    .selectFrom('scoring_job')
    .selectAll()
    .where('status', '=', 'queued')
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  return row && keptOf(row)
}

/** What ran when the process ended waits again, before what came after it. */
export async function requeueRunning(connection: Connection): Promise<void> {
  await connection.updateTable('scoring_job').set({ status: 'queued' }).where('status', '=', 'running').execute()
}

/** @returns False where it does not wait any more. */
export async function beginJob(connection: Connection, id: ScoringJobId, at: string): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('scoring_job')
    .set(({ fn, val }) => ({ status: 'running' as const, started_at: fn.coalesce('started_at', val(at)) }))
    .where('id', '=', id)
    .where('status', '=', 'queued')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function keepProgress(
  connection: Connection,
  id: ScoringJobId,
  progress: ScoringJobProgress,
): Promise<void> {
  await connection
    .updateTable('scoring_job')
    .set({ progress: encodeJson(progress) })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .execute()
}

export async function deleteJob(connection: Connection, id: ScoringJobId): Promise<void> {
  await connection.deleteFrom('scoring_job').where('id', '=', id).execute()
}

export type JobEnd = {
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly at: string
  readonly result?: ScoringJobResult
  readonly error?: ErrorBody
}

/** @returns False where it was over already. */
export async function endJob(connection: Connection, id: ScoringJobId, end: JobEnd): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('scoring_job')
    .set({
      status: end.status,
      finished_at: end.at,
      ...(end.error && { error: encodeJson(end.error) }),
      ...(end.result && { result: encodeJson(end.result), progress: encodeJson(doneProgress(end.result)) }),
    })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

const doneProgress = ({ rowCount }: ScoringJobResult): ScoringJobProgress => ({
  phase: 'done',
  rowsDone: rowCount,
  rowCount,
  fraction: 1,
})

// What is no id of a job finds none.
const asId = (text: string) => text as ScoringJobId

function keptOf(row: Selectable<Tables['scoring_job']>): KeptJob {
  const result = decodeOptionalJson(row.result)
  const error = decodeOptionalJson(row.error)
  return {
    job: {
      id: row.id,
      spec: decodeJson(row.spec),
      model: { name: row.model, version: row.version },
      status: row.status,
      progress: decodeJson(row.progress),
      ...(result && { result }),
      ...(error && { error }),
      by: row.created_by,
      createdAt: row.created_at,
      ...(row.started_at !== null && { startedAt: row.started_at }),
      ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    },
    packageDigest: digestSchema.parse(row.package_digest),
    inputDigest: digestSchema.parse(row.input_digest),
  }
}
