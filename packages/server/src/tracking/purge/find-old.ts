import { artifactFolderOf } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../../database/database.ts'
import { runArtifacts } from '../artifact-address.ts'

/** What versions of registered models were made from, and may be loaded from still. */
export type Needed = {
  readonly runs: ReadonlySet<string>
  readonly loggedModels: ReadonlySet<string>
  /** Addresses of files. */
  readonly addresses: readonly string[]
}

export type OldRun = { readonly seq: number; readonly experimentId: number; readonly folder: string | undefined }
export type OldModel = { readonly id: string; readonly experimentId: number; readonly folder: string | undefined }
export type Old = {
  readonly runs: readonly OldRun[]
  readonly loggedModels: readonly OldModel[]
  readonly experiments: readonly number[]
}

/**
 * What was deleted up to `until` and is nobody's any more. An experiment goes with its logged models, once it has no run that stays; the experiment
 * 0 is always there.
 */
export async function findOld(connection: Connection, until: number, needed: Needed): Promise<Old> {
  const isNeeded = neededTest(needed)
  const runs = await findRuns(connection, until)
  const models = await findModels(connection, until)
  const kept = new Set([...runs, ...models].filter(isNeeded).map(({ experimentId }) => experimentId))
  const experiments = (await findExperiments(connection, until)).filter((id) => !kept.has(id))
  const going = new Set(experiments)
  return {
    runs: runs.filter((run) => !isNeeded(run)),
    loggedModels: models.filter((model) => !isNeeded(model) && (model.isDeleted || going.has(model.experimentId))),
    experiments,
  }
}

function neededTest({ runs, loggedModels, addresses }: Needed) {
  const folders = addresses.flatMap((address) => artifactFolderOf(address) ?? [])
  const holds = (folder: string) => folders.some((each) => each === folder || each.startsWith(`${folder}/`))
  return ({ id, folder }: { readonly id: string; readonly folder: string | undefined }): boolean =>
    runs.has(id) || loggedModels.has(id) || (folder !== undefined && holds(folder))
}

async function findRuns(connection: Connection, until: number) {
  const { rows } = await sql<{ seq: number; id: string; experiment_id: number; artifact_root: string }>`
    select seq, tracked_run.id, experiment_id, artifact_root
    from tracked_run join experiment on experiment.id = experiment_id where tracked_run.deleted_ms <= ${until}
  `.execute(connection)
  return rows.map(({ seq, id, experiment_id, artifact_root }) => ({
    seq,
    id,
    experimentId: experiment_id,
    folder: artifactFolderOf(runArtifacts(artifact_root, id)),
  }))
}

async function findModels(connection: Connection, until: number) {
  const { rows } = await sql<{ id: string; experiment_id: number; artifact_uri: string; is_deleted: number }>`
    select logged_model.id, experiment_id, artifact_uri,
      logged_model.deleted_ms is not null and logged_model.deleted_ms <= ${until} as is_deleted
    from logged_model join experiment on experiment.id = experiment_id
    where logged_model.deleted_ms <= ${until} or experiment.deleted_ms <= ${until}
  `.execute(connection)
  return rows.map(({ id, experiment_id, artifact_uri, is_deleted }) => ({
    id,
    experimentId: experiment_id,
    folder: artifactFolderOf(artifact_uri),
    isDeleted: is_deleted === 1,
  }))
}

async function findExperiments(connection: Connection, until: number): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from experiment where deleted_ms <= ${until} and id <> 0 and not exists (
      select 1 from tracked_run where experiment_id = experiment.id
      and (tracked_run.deleted_ms is null or tracked_run.deleted_ms > ${until}))
  `.execute(connection)
  return rows.map(({ id }) => id)
}
