import { setImmediate as turn } from 'node:timers/promises'
import type { Digest } from '@regia/core'
import { sql } from 'kysely'
import type { Connection, Database, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'

const RUNS_A_TURN = 50
const ROWS_PER_INSERT = 500

type NewOutput = Tables['lineage_output']
type NewSource = Tables['lineage_source']

/**
 * Looks at every run and model version that is new or has come further, so that the tables of lineage say all that there is.
 * Nothing is done twice; cut short at any point it goes on the next time.
 */
export async function indexRuns(database: Database): Promise<void> {
  await indexModels(database)
  for (;;) {
    const indexed = await database.transaction().execute((transaction) => indexSome(transaction))
    if (indexed < RUNS_A_TURN) return
    // Thousands of runs from before this index: others get their turn in between.
    await turn()
  }
}

/** A version may get its package later, be deleted, or go to another name: what no longer is so goes first. */
async function indexModels(connection: Connection): Promise<void> {
  await sql`delete from lineage_model where not exists (
    select 1 from model_version made where made.model = lineage_model.model and made.version = lineage_model.version
      and coalesce(made.package_digest, '') = lineage_model.digest and made.deleted_at is null
  )`.execute(connection)
  const fresh = await connection
    .selectFrom('model_version as made')
    .leftJoin('lineage_model as known', (join) =>
      join.onRef('known.model', '=', 'made.model').onRef('known.version', '=', 'made.version'),
    )
    .innerJoin('model', 'model.name', 'made.model')
    .select(['made.model', 'made.version', 'made.package_digest', 'made.lineage', 'made.run_id'])
    .where('known.model', 'is', null)
    .where('made.deleted_at', 'is', null)
    .where('model.deleted_at', 'is', null)
    .execute()
  for (const { model, version, package_digest, lineage, run_id: trackedRun } of fresh) {
    const run_id = decodeJson(lineage).runId ?? trackedRun
    await connection
      .insertInto('lineage_model')
      .values({ model, version, digest: package_digest ?? '', run_id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

async function indexSome(connection: Connection): Promise<number> {
  const runs = await connection
    .selectFrom('run')
    .leftJoin('lineage_run as known', 'known.run_id', 'run.id')
    .select(['run.id', 'run.refs', 'run.finished_step_count'])
    .where(({ or, eb }) =>
      or([
        eb('known.run_id', 'is', null),
        eb('known.finished_step_count', '<>', ({ ref }) => ref('run.finished_step_count')),
      ]),
    )
    .limit(RUNS_A_TURN)
    .execute()
  for (const { id, refs, finished_step_count } of runs) {
    await forgetRuns(connection, [id])
    const outputs = await outputsOf(connection, id)
    for (let start = 0; start < outputs.length; start += ROWS_PER_INSERT) {
      const some = outputs.slice(start, start + ROWS_PER_INSERT)
      await connection.insertInto('lineage_output').values(some).execute()
    }
    const sources = await sourcesOf(connection, { id, refs })
    if (sources.length > 0) await connection.insertInto('lineage_source').values(sources).execute()
    await connection.insertInto('lineage_run').values({ run_id: id, finished_step_count }).execute()
  }
  return runs.length
}

/** Takes runs out of the index; those that still exist come back. */
export async function forgetRuns(connection: Connection, runIds: readonly string[]): Promise<void> {
  for (const table of ['lineage_run', 'lineage_output', 'lineage_source'] as const)
    await connection.deleteFrom(table).where('run_id', 'in', runIds).execute()
}

async function outputsOf(connection: Connection, runId: string): Promise<readonly NewOutput[]> {
  const steps = await connection
    .selectFrom('step_run')
    .select(['step', 'outputs', 'cache'])
    .where('run_id', '=', runId)
    .where('outputs', '<>', '{}' as Tables['step_run']['outputs'])
    .execute()
  return steps.flatMap(({ step, outputs, cache }) => {
    const source_run_id = decodeOptionalJson(cache)?.sourceRunId ?? null
    return Object.entries(decodeJson(outputs)).map(([port, { digest }]) => ({
      run_id: runId,
      step,
      port,
      digest,
      source_run_id,
    }))
  })
}

/** Models are fixed by their content; which version that is, the registry knows. */
async function sourcesOf(
  connection: Connection,
  { id, refs }: Pick<Tables['run'], 'id' | 'refs'>,
): Promise<NewSource[]> {
  const { artifacts, datasets } = decodeJson(refs)
  const packages = Object.entries(artifacts).flatMap(([ref, artifact]) =>
    artifact?.kind === 'model' ? [{ digest: artifact.digest, name: /^model (.+)@/.exec(ref)?.[1] }] : [],
  )
  const models = await Promise.all(packages.map((each) => versionOfPackage(connection, each.digest, each.name)))
  const sources = [
    ...datasets.map(({ name, version }) => ({ run_id: id, kind: 'dataset' as const, name, version })),
    ...models.flatMap((found) => (found ? [{ run_id: id, kind: 'model' as const, ...found }] : [])),
  ]
  return [...new Map(sources.map((source) => [`${source.kind} ${source.name}@${source.version}`, source])).values()]
}

async function versionOfPackage(connection: Connection, digest: Digest, name: string | undefined) {
  return connection
    .selectFrom('lineage_model')
    .select(['model as name', 'version'])
    .where('digest', '=', digest)
    .$if(name !== undefined, (select) => select.where('model', '=', name ?? ''))
    .executeTakeFirst()
}
