import { RegiaError } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import type { RunRow } from './run-record.ts'

export type FoundRun = RunRow & { readonly artifact_root: string }

/** A run with its experiment's artifact root; `undefined` where it is not there. */
export async function findRun(connection: Connection, id: string): Promise<FoundRun | undefined> {
  const { rows } = await sql<FoundRun>`
    select tracked_run.*, experiment.artifact_root
    from tracked_run join experiment on experiment.id = tracked_run.experiment_id where tracked_run.id = ${id}
  `.execute(connection)
  return rows[0]
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getRun(connection: Connection, id: string): Promise<FoundRun> {
  const run = await findRun(connection, id)
  if (run) return run
  throw new RegiaError('NOT_FOUND', `There is no run "${id.slice(0, 100)}".`, {
    hint: 'Search the runs for its id; one that was deleted long ago is purged.',
  })
}

/** @throws RegiaError `NOT_FOUND`, or `CONFLICT` for a deleted one. */
export async function getActiveRun(connection: Connection, id: string): Promise<FoundRun> {
  const run = await getRun(connection, id)
  if (run.deleted_ms === null) return run
  throw new RegiaError('CONFLICT', `The run "${id}" is deleted.`, {
    hint: 'Restore it first.',
    data: { lifecycle: 'deleted' },
  })
}
