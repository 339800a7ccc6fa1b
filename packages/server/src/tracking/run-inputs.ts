import type { RunBatch, RunInputs, Runs, TrackedDataset } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Connection, Tables } from '../database/database.ts'

type Tx = Transaction<Tables>
type RunPlace = { readonly seq: number; readonly experiment_id: number }

/** Writes down what a run read and made; what is there already stays as it is. */
export async function writeInputs(transaction: Tx, run: RunPlace, batch: RunBatch): Promise<void> {
  const { datasets = [], modelInputs = [], modelOutputs = [] } = batch
  for (const dataset of datasets) await writeDataset(transaction, run, dataset)
  for (const model_id of modelInputs) {
    await transaction
      .insertInto('run_model_input')
      .values({ run_seq: run.seq, model_id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  for (const { modelId, step } of modelOutputs) {
    await transaction
      .insertInto('run_model_output')
      .values({ run_seq: run.seq, model_id: modelId, step })
      .onConflict((conflict) => conflict.columns(['run_seq', 'model_id']).doUpdateSet({ step }))
      .execute()
  }
}

async function writeDataset(transaction: Tx, run: RunPlace, dataset: TrackedDataset): Promise<void> {
  const { name, digest } = dataset
  await transaction
    .insertInto('tracked_dataset')
    .values({
      experiment_id: run.experiment_id,
      name,
      digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema ?? null,
      profile: dataset.profile ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { id } = await transaction
    .selectFrom('tracked_dataset')
    .select('id')
    .where('experiment_id', '=', run.experiment_id)
    .where('name', '=', name)
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow()
  await transaction
    .insertInto('run_input')
    .values({
      run_seq: run.seq,
      dataset_id: id,
      context: dataset.context ?? null,
      tags: JSON.stringify(dataset.tags),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

type InputRow = Omit<TrackedDataset, 'sourceType' | 'tags' | 'schema' | 'profile' | 'context'> & {
  run_id: string
  source_type: string
  schema: string | null
  profile: string | null
  context: string | null
  tags: string
}

/** Inputs and outputs of runs, by id; a run that is not there has none. */
export async function readInputs(
  connection: Connection,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, RunInputs>> {
  const found = new Map(runIds.map((id) => [id, emptyInputs()]))
  if (found.size === 0) return found
  const runs = sql`(select seq, tracked_run.id from tracked_run where tracked_run.id in (select id from ${idRows(runIds)})) as run`
  const datasets = await sql<InputRow>`
    select run.id as run_id, name, digest, source_type, source, schema, profile, context, tags
    from ${runs} cross join run_input cross join tracked_dataset
    where run_seq = run.seq and tracked_dataset.id = dataset_id order by run.seq, dataset_id
  `.execute(connection)
  for (const row of datasets.rows) found.get(row.run_id)?.datasets.push(datasetOf(row))
  const inputs = await sql<{ run_id: string; model_id: string }>`
    select run.id as run_id, model_id from ${runs} cross join run_model_input where run_seq = run.seq order by model_id
  `.execute(connection)
  for (const { run_id, model_id } of inputs.rows) found.get(run_id)?.modelInputs.push(model_id)
  const outputs = await sql<{ run_id: string; model_id: string; step: number }>`
    select run.id as run_id, model_id, step from ${runs} cross join run_model_output
    where run_seq = run.seq order by step, model_id
  `.execute(connection)
  for (const { run_id, model_id, step } of outputs.rows) {
    found.get(run_id)?.modelOutputs.push({ modelId: model_id, step })
  }
  return found
}

const idRows = (ids: readonly string[]) =>
  bulkRows(
    ['id'],
    ids.map((id) => [id]),
  )

const emptyInputs = () => ({
  datasets: Array.of<TrackedDataset>(),
  modelInputs: Array.of<string>(),
  modelOutputs: Array.of<{ modelId: string; step: number }>(),
})

const datasetOf = (row: InputRow): TrackedDataset => ({
  name: row.name,
  digest: row.digest,
  sourceType: row.source_type,
  source: row.source,
  ...(row.schema !== null && { schema: row.schema }),
  ...(row.profile !== null && { profile: row.profile }),
  ...(row.context !== null && { context: row.context }),
  tags: JSON.parse(row.tags),
})

/** Distinct datasets, by experiment, name and digest, once for each context in which runs that are not deleted read them. */
export async function readDatasets(
  connection: Connection,
  experimentIds: readonly string[],
  limit: number,
): ReturnType<Runs['datasetsOf']> {
  const { rows } = await sql<{ experiment_id: number; name: string; digest: string; context: string | null }>`
    select distinct tracked_dataset.experiment_id, tracked_dataset.name, digest, context
    from tracked_dataset join run_input on dataset_id = tracked_dataset.id
    join tracked_run on tracked_run.seq = run_seq and tracked_run.deleted_ms is null
    where tracked_dataset.experiment_id in (select id from ${idRows(experimentIds)})
    order by tracked_dataset.experiment_id, tracked_dataset.name, digest, context limit ${limit}
  `.execute(connection)
  return rows.map(({ experiment_id, name, digest, context }) => ({
    experimentId: String(experiment_id),
    name,
    digest,
    ...(context !== null && { context }),
  }))
}
