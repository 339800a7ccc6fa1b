import { type Digest, type PipelineGraph, type PortRef, type RunId, refsOfStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import { artifactRef, parseArtifactRef, parseVersionRef } from './describe-node.ts'
import type { Direction, NodeRef } from './trace.ts'
import { datasetsOfTrackedRun, trackedUsersOf } from './tracked-runs.ts'

/** Which model versions an endpoint serves. */
export type ServingModels = { readonly endpoint: string; readonly model: string; readonly version: number }

export type NeighbourSources = {
  readonly connection: Connection
  readonly served: readonly ServingModels[]
  /** The graph that a run follows; read once in a trace. */
  readonly graphOf: (runId: string) => Promise<PipelineGraph | undefined>
}

/** What is directly before or behind a node, the newest first, at most `limit`. */
export async function findNeighbours(
  sources: NeighbourSources,
  { kind, ref }: NodeRef,
  direction: Direction,
  limit: number,
): Promise<readonly NodeRef[]> {
  switch (kind) {
    case 'run':
      return direction === 'needs' ? sourcesOfRun(sources, ref) : madeByRun(sources, ref, limit)
    case 'artifact':
      return direction === 'needs' ? needsOfArtifact(sources, ref) : madeOfArtifact(sources, ref, limit)
    case 'dataset':
      return direction === 'needs' ? runOfDataset(sources, ref) : usersOf(sources, 'dataset', ref, limit)
    case 'model':
      return direction === 'needs'
        ? runOfModel(sources, ref)
        : [...endpointsOf(sources, ref), ...(await usersOf(sources, 'model', ref, limit))]
    case 'endpoint':
      return direction === 'needs' ? modelsOfEndpoint(sources, ref) : []
  }
}

/** A column that holds it is filled from runs' ids only; another text is in none. */
const asRunId = (id: string): RunId => id as RunId

const run = (ref: string): NodeRef => ({ kind: 'run', ref })
const dataset = (name: string, version: number): NodeRef => ({ kind: 'dataset', ref: `${name}@${version}` })
const model = (name: string, version: number): NodeRef => ({ kind: 'model', ref: `${name}@${version}` })
const artifact = (runId: string, step: string, output: string): NodeRef => ({
  kind: 'artifact',
  ref: artifactRef(runId, step, output),
})

async function sourcesOfRun({ connection }: NeighbourSources, runId: string): Promise<readonly NodeRef[]> {
  const rows = await connection.selectFrom('lineage_source').selectAll().where('run_id', '=', runId).execute()
  const found = rows.map(({ kind, name, version }) => ({ kind, ref: `${name}@${version}` }))
  return found.length > 0 ? found : datasetsOfTrackedRun(connection, runId)
}

/** Versions that it registered and saved, and the outputs that none of its own steps takes further. */
async function madeByRun(sources: NeighbourSources, runId: string, limit: number): Promise<readonly NodeRef[]> {
  const { connection } = sources
  const models = await connection
    .selectFrom('lineage_model')
    .select(['model', 'version'])
    .where('run_id', '=', runId)
    .limit(limit)
    .execute()
  const datasets = await connection
    .selectFrom('dataset_version')
    .select(['dataset', 'version'])
    .where('run_id', '=', asRunId(runId))
    .limit(limit)
    .execute()
  const graph = await sources.graphOf(runId)
  const taken = new Set(
    graph?.steps.flatMap(refsOfStep).flatMap((ref) => (ref.from === 'step' ? [`${ref.step}/${ref.output}`] : [])),
  )
  const outputs = await connection
    .selectFrom('lineage_output')
    .select(['step', 'port'])
    .where('run_id', '=', runId)
    .execute()
  return [
    ...models.map((each) => model(each.model, each.version)),
    ...datasets.map((each) => dataset(each.dataset, each.version)),
    ...outputs
      .filter(({ step, port }) => !taken.has(`${step}/${port}`))
      .map(({ step, port }) => artifact(runId, step, port)),
  ].slice(0, limit)
}

/** What its step was given, and its run; for one from the cache the output that it was taken from, as long as that is there. */
async function needsOfArtifact(sources: NeighbourSources, ref: string): Promise<readonly NodeRef[]> {
  const name = parseArtifactRef(ref)
  if (!name) return []
  const { connection } = sources
  const own = await findOutput(connection, name.runId, name.step, name.output)
  const original = own?.source_run_id ? await findOriginal(connection, own.source_run_id, own) : undefined
  if (original) return [artifact(original.run_id, original.step, original.port)]
  const graph = await sources.graphOf(name.runId)
  const step = graph?.steps.find(({ id }) => id === name.step)
  const refs = step ? refsOfStep(step) : []
  const given = await Promise.all(refs.map((each) => givenBy(sources, name.runId, each)))
  return [run(name.runId), ...given.flat()]
}

async function givenBy(sources: NeighbourSources, runId: string, ref: PortRef): Promise<readonly NodeRef[]> {
  const { connection } = sources
  if (ref.from === 'step') {
    const made = await findOutput(connection, runId, ref.step, ref.output)
    return made ? [artifact(runId, ref.step, ref.output)] : []
  }
  const named = await versionNamed(sources, runId, ref)
  if (!named) return []
  const rows = await connection
    .selectFrom('lineage_source')
    .select(['kind', 'name', 'version'])
    .where('run_id', '=', runId)
    .where('kind', '=', named.kind)
    .where('name', '=', named.name)
    .execute()
  return rows.map(({ kind, name, version }) => ({ kind, ref: `${name}@${version}` }))
}

/** The dataset or model that a reference means; an entry of a catalog may stand for one. */
async function versionNamed({ graphOf }: NeighbourSources, runId: string, ref: PortRef) {
  if (ref.from === 'dataset' || ref.from === 'model') return { kind: ref.from, name: ref.name }
  const entry = ref.from === 'catalog' ? (await graphOf(runId))?.catalog[ref.name] : undefined
  if (entry?.kind === 'dataset') return { kind: entry.kind, name: entry.dataset }
  return entry?.kind === 'model' ? { kind: entry.kind, name: entry.model } : undefined
}

/** Outputs of its run that were made of it, versions that hold it, and outputs of other runs that were taken from it. */
async function madeOfArtifact(sources: NeighbourSources, ref: string, limit: number): Promise<readonly NodeRef[]> {
  const name = parseArtifactRef(ref)
  const own = name && (await findOutput(sources.connection, name.runId, name.step, name.output))
  if (!own) return []
  const { connection } = sources
  const graph = await sources.graphOf(own.run_id)
  const users = (graph?.steps ?? []).filter((step) =>
    refsOfStep(step).some((each) => each.from === 'step' && each.step === own.step && each.output === own.port),
  )
  const made =
    users.length === 0
      ? []
      : await outputsOfSteps(
          connection,
          own.run_id,
          users.map(({ id }) => id),
        )
  const models = await connection
    .selectFrom('lineage_model')
    .select(['model', 'version'])
    .where('digest', '=', own.digest)
    .where('run_id', '=', own.run_id)
    .execute()
  const datasets = await connection
    .selectFrom('dataset_version')
    .select(['dataset', 'version'])
    .where('run_id', '=', asRunId(own.run_id))
    .where('digest', '=', own.digest)
    .execute()
  const copies = await connection
    .selectFrom('lineage_output')
    .selectAll()
    .where('source_run_id', '=', own.run_id)
    .where('digest', '=', own.digest)
    .orderBy('run_id', 'desc')
    .limit(limit)
    .execute()
  return [
    ...models.map((each) => model(each.model, each.version)),
    ...datasets.map((each) => dataset(each.dataset, each.version)),
    ...made.map(({ step, port }) => artifact(own.run_id, step, port)),
    ...copies.map(({ run_id, step, port }) => artifact(run_id, step, port)),
  ].slice(0, limit)
}

const outputsOfSteps = (connection: Connection, runId: string, steps: readonly string[]) =>
  connection
    .selectFrom('lineage_output')
    .select(['step', 'port'])
    .where('run_id', '=', runId)
    .where('step', 'in', steps)
    .execute()

const findOutput = (connection: Connection, runId: string, step: string, port: string) =>
  connection
    .selectFrom('lineage_output')
    .selectAll()
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('port', '=', port)
    .executeTakeFirst()

/** A step may be called otherwise in the run that the cache took from; its port and content are the same. */
const findOriginal = (
  connection: Connection,
  runId: string,
  { port, digest }: { readonly port: string; readonly digest: Digest },
) =>
  connection
    .selectFrom('lineage_output')
    .selectAll()
    .where('run_id', '=', runId)
    .where('port', '=', port)
    .where('digest', '=', digest)
    .executeTakeFirst()

async function usersOf(
  { connection }: NeighbourSources,
  kind: 'dataset' | 'model',
  ref: string,
  limit: number,
): Promise<readonly NodeRef[]> {
  const parsed = parseVersionRef(ref)
  if (!parsed) return []
  const rows = await connection
    .selectFrom('lineage_source')
    .select('run_id')
    .where('kind', '=', kind)
    .where('name', '=', parsed.name)
    .where('version', '=', Number(parsed.version))
    .orderBy('run_id', 'desc')
    .limit(limit)
    .execute()
  const users = rows.map(({ run_id }) => run(run_id))
  return kind === 'dataset' ? [...users, ...(await trackedUsersOf(connection, parsed, limit))] : users
}

async function runOfDataset({ connection }: NeighbourSources, ref: string): Promise<readonly NodeRef[]> {
  const parsed = parseVersionRef(ref)
  if (!parsed) return []
  const row = await connection
    .selectFrom('dataset_version')
    .select('run_id')
    .where('dataset', '=', parsed.name)
    .where('version', '=', Number(parsed.version))
    .executeTakeFirst()
  return row?.run_id ? [run(row.run_id)] : []
}

/** The run that registered it; what was registered without one names its datasets itself. */
async function runOfModel({ connection }: NeighbourSources, ref: string): Promise<readonly NodeRef[]> {
  const parsed = parseVersionRef(ref)
  if (!parsed) return []
  const row = await connection
    .selectFrom('model_version')
    .select(['lineage', 'run_id'])
    .where('model', '=', parsed.name)
    .where('version', '=', Number(parsed.version))
    .executeTakeFirst()
  if (!row) return []
  const { runId, datasets } = decodeJson(row.lineage)
  const behind = runId ?? row.run_id
  return behind === null ? datasets.map(({ name, version }) => dataset(name, version)) : [run(behind)]
}

const endpointsOf = ({ served }: NeighbourSources, ref: string): readonly NodeRef[] =>
  served
    .filter((each) => `${each.model}@${each.version}` === ref)
    .map(({ endpoint }) => ({ kind: 'endpoint', ref: endpoint }))

const modelsOfEndpoint = ({ served }: NeighbourSources, ref: string): readonly NodeRef[] =>
  served.filter(({ endpoint }) => endpoint === ref).map((each) => model(each.model, each.version))
