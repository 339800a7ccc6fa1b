import { type ExperimentRecord, type Experiments, RegiaError } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'
import { assertName, assertNote } from './experiment-faults.ts'
import { type ExperimentRow, experimentNumber, experimentRecord, withTags } from './experiment-record.ts'
import { changeExperimentTags } from './experiment-tags.ts'

type Tx = Transaction<Tables>

export const defaultRoot = (id: number): string => `mlflow-artifacts:/${id}`

export async function insertExperiment(
  transaction: Tx,
  { name, artifactRoot, note, tags = {} }: Parameters<Experiments['create']>[0],
  now: number,
): Promise<ExperimentRecord> {
  assertName(name)
  assertNote(note)
  const values = { name, artifact_root: artifactRoot ?? '', note: note ?? null, created_ms: now, updated_ms: now }
  const row = await transaction.insertInto('experiment').values(values).returningAll().executeTakeFirstOrThrow()
  const root = artifactRoot ?? defaultRoot(row.id)
  if (root !== row.artifact_root) {
    await transaction.updateTable('experiment').set({ artifact_root: root }).where('id', '=', row.id).execute()
  }
  await changeExperimentTags(transaction, row.id, tags)
  return experimentRecord({ ...row, artifact_root: root }, { ...tags })
}

export async function recordOf(connection: Connection, row: ExperimentRow): Promise<ExperimentRecord> {
  const [record] = await withTags(connection, [row])
  if (!record) throw new Error('unreachable: a row has a record')
  return record
}

export async function getRow(connection: Connection, id: string): Promise<ExperimentRow> {
  const number = experimentNumber(id)
  const row =
    number === undefined
      ? undefined
      : await connection.selectFrom('experiment').selectAll().where('id', '=', number).executeTakeFirst()
  if (row) return row
  throw new RegiaError('NOT_FOUND', `There is no experiment "${id.slice(0, 50)}".`, {
    hint: 'List the experiments; one that was deleted long ago is purged.',
  })
}

export const findNamed = (connection: Connection, name: string): Promise<ExperimentRow | undefined> =>
  connection
    .selectFrom('experiment')
    .selectAll()
    .where('name', '=', name)
    .orderBy(sql`deleted_ms is not null`)
    .orderBy('deleted_ms', 'desc')
    .limit(1)
    .executeTakeFirst()

/**
 * When an experiment is deleted: after every one of its runs that went before, so that a restore can tell those that went with it.
 */
export async function ownMoment(transaction: Tx, experiment: number, now: number): Promise<number> {
  const last = await transaction
    .selectFrom('tracked_run')
    .select(({ fn }) => fn.max('deleted_ms').as('at'))
    .where('experiment_id', '=', experiment)
    .executeTakeFirst()
  return Math.max(now, (last?.at ?? 0) + 1)
}

export async function assertNameFree(connection: Connection, name: string): Promise<void> {
  assertName(name)
  const taken = await findNamed(connection, name)
  if (taken?.deleted_ms !== null) return
  throw new RegiaError('ALREADY_EXISTS', `There is an experiment "${name}" already, with the id ${taken.id}.`, {
    hint: 'Use that one, or choose another name.',
    data: { id: String(taken.id) },
  })
}
