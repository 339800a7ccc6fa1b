import {
  type ErrorBody,
  type ModelOptimisation,
  type OptimisationId,
  type OptimisationReport,
  type OptimisationStatus,
  type optimiseModelSchema,
  RegiaError,
} from '@regia/core'
import type { z } from 'zod'
import type { Connection } from '../../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../../database/json-text.ts'

export type OptimiseRequest = z.output<typeof optimiseModelSchema>

export type NewOptimisation = {
  readonly id: OptimisationId
  readonly model: string
  readonly version: number
  readonly request: OptimiseRequest
  readonly progress: ModelOptimisation['progress']
  readonly askedBy: string
  readonly at: string
}

export async function insertOptimisation(connection: Connection, made: NewOptimisation): Promise<void> {
  await connection
    .insertInto('model_optimisation')
    .values({
      id: made.id,
      model: made.model,
      version: made.version,
      request: encodeJson(made.request),
      status: 'waiting',
      progress: encodeJson(made.progress),
      report: null,
      made_version: null,
      error: null,
      asked_by: made.askedBy,
      started_at: made.at,
      ended_at: null,
    })
    .execute()
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getOptimisation(connection: Connection, id: string, model?: string): Promise<ModelOptimisation> {
  const row = await select(connection, { model }).where('id', '=', asId(id)).executeTakeFirst()
  if (row) return optimisationOf(row)
  throw new RegiaError('NOT_FOUND', `There is no optimisation "${id.slice(0, 100)}".`, {
    hint: 'See "regia optimisations list"; what one made is among the versions of its model.',
  })
}

export type OptimisationQuery = {
  readonly model?: string | undefined
  readonly status?: OptimisationStatus | undefined
  readonly limit: number
  readonly offset: number
}

/** Newest first. */
export async function listOptimisations(connection: Connection, query: OptimisationQuery) {
  const rows = await select(connection, query)
    .orderBy('number', 'desc')
    .limit(query.limit)
    .offset(query.offset)
    .execute()
  return { items: rows.map(optimisationOf), total: await countOptimisations(connection, query) }
}

export async function countOptimisations(
  connection: Connection,
  which: Pick<OptimisationQuery, 'model' | 'status'>,
): Promise<number> {
  const counted = connection.selectFrom(select(connection, which).as('found'))
  const { total } = await counted.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return Number(total)
}

/** @returns False where it does not wait any more. */
export async function beginOptimisation(connection: Connection, id: OptimisationId): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('model_optimisation')
    .set({ status: 'running' })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export type OptimisationEnd = {
  readonly status: Exclude<OptimisationStatus, 'waiting' | 'running'>
  readonly at: string
  readonly progress?: ModelOptimisation['progress']
  readonly report?: OptimisationReport
  readonly madeVersion?: number
  readonly error?: ErrorBody
}

/** Of one, or of all that wait or run. What is over stays as it is. */
export async function endOptimisation(
  connection: Connection,
  id: OptimisationId | 'all',
  { status, at, progress, report, madeVersion, error }: OptimisationEnd,
): Promise<void> {
  await connection
    .updateTable('model_optimisation')
    .set({
      ...{ status, ended_at: at },
      ...(progress && { progress: encodeJson(progress) }),
      ...(report && { report: encodeJson(report) }),
      ...(madeVersion !== undefined && { made_version: madeVersion }),
      ...(error && { error: encodeJson(error) }),
    })
    .$if(id !== 'all', (update) => update.where('id', '=', asId(id)))
    .where('status', 'in', ['waiting', 'running'])
    .execute()
}

export async function deleteOptimisation(connection: Connection, id: OptimisationId): Promise<void> {
  await connection.deleteFrom('model_optimisation').where('id', '=', id).execute()
}

/** A model that was deleted has another name in its row. */
const select = (connection: Connection, { model, status }: Pick<OptimisationQuery, 'model' | 'status'>) =>
  connection
    .selectFrom('model_optimisation')
    .innerJoin('model', 'model.name', 'model_optimisation.model')
    .selectAll('model_optimisation')
    .select('model.deleted_name')
    .$if(model !== undefined, (all) => all.where('model_optimisation.model', '=', model ?? ''))
    .$if(status !== undefined, (all) => all.where('status', '=', status ?? 'waiting'))

// What is no id of an optimisation finds none.
const asId = (text: string) => text as OptimisationId

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

function optimisationOf(row: Row): ModelOptimisation {
  const request = decodeJson(row.request)
  const report = decodeOptionalJson(row.report)
  const error = decodeOptionalJson(row.error)
  return {
    id: row.id,
    model: row.deleted_name ?? row.model,
    version: row.version,
    by: request.by,
    request,
    askedBy: row.asked_by,
    status: row.status,
    progress: decodeJson(row.progress),
    ...(report && { report }),
    ...(row.made_version !== null && { madeVersion: row.made_version }),
    ...(error && { error }),
    startedAt: row.started_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
  }
}
