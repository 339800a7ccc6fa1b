import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GraphStep, IdFactory, MapSpec } from '@regia/core'
import type { Database } from '../../database/database.ts'
import { encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import type { Orchestrator } from '../orchestrator.ts'
import { inputArtifacts, resolveInputs } from '../resolve-inputs.ts'
import type { RunWork } from '../run-work.ts'
import { elementKeys } from './element-keys.ts'
import { type ElementSources, findElements } from './find-elements.ts'
import { type KnownResult, resultSource } from './known-results.ts'
import type { MapRow } from './tables.ts'
import { writeElements } from './write-elements.ts'

export type ExpandDeps = ElementSources & {
  readonly database: Database
  readonly orchestrator: Orchestrator
  readonly newId: IdFactory
}

/** Elements of one transaction: some 10 ms, after which requests get their turn. */
const ELEMENTS_PER_TURN = 250

/**
 * Writes the elements of a mapped step that has begun, and opens it for workers. What a crash cuts short is done anew: no element is leased
 * before all are there.
 *
 * @throws RegiaError What {@link findElements} throws.
 */
export async function expandMap(deps: ExpandDeps, work: RunWork, step: GraphStep, map: MapSpec): Promise<void> {
  const { database, orchestrator, newId } = deps
  const stepRunId = work.row(step.id).id
  const elements = await findElements(step, map, stepRunId, work.sources, deps)
  const keyOf = elementKeys(step, map.input, inputArtifacts(step, work.sources), work.version.graph.lockfileDigest)
  const plan = { source: await resultSource(database, work, step), isCacheable: step.cache }
  await begin(database, newRow(work, step, map, elements.length, orchestrator.now()))
  let metrics: KnownResult['metrics'] = {}
  for (let first = 0; first < elements.length; first += ELEMENTS_PER_TURN) {
    const part = elements.slice(first, first + ELEMENTS_PER_TURN).map((element, i) => ({
      ...element,
      id: newId('stepRun'),
      number: first + i,
      key: keyOf(element.artifact),
    }))
    const logged = await database
      .transaction()
      .execute((transaction) => writeElements(transaction, stepRunId, part, plan, orchestrator.now()))
    if (!logged) return
    metrics = { ...metrics, ...logged }
    await nextTurn()
  }
  await open(orchestrator, work.run.id, step.id, metrics)
}

/** What a process that was killed had written is taken away. */
async function begin(database: Database, row: MapRow): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('map_run').where('step_run_id', '=', row.step_run_id).execute()
    await transaction.insertInto('map_run').values(row).execute()
  })
}

function newRow(work: RunWork, step: GraphStep, map: MapSpec, total: number, now: Moment): MapRow {
  const { [map.input]: _, ...others } = step.inputs
  return {
    step_run_id: work.row(step.id).id,
    run_id: work.run.id,
    step: step.id,
    state: 'expanding',
    total,
    concurrency: map.concurrency ?? null,
    minimum_success: map.minimumSuccess,
    waiting: 0,
    queued: 0,
    running: 0,
    succeeded: 0,
    cached: 0,
    failed: 0,
    cancelled: 0,
    inputs: encodeJson(resolveInputs({ ...step, inputs: others }, work.sources)),
    durations: null,
    slowest_ms: null,
    created_at: now.iso,
  }
}

/** From here on workers get its elements. */
function open(
  orchestrator: Orchestrator,
  runId: string,
  stepId: string,
  metrics: KnownResult['metrics'],
): Promise<void> {
  return orchestrator.change(async (connection) => {
    const work = await orchestrator.load(connection, runId)
    const row = work.row(stepId)
    if (row.status !== 'running') return { changed: [], reply: undefined }
    await connection.updateTable('map_run').set({ state: 'open' }).where('step_run_id', '=', row.id).execute()
    work.addMetrics(metrics)
    work.hasQueued = true
    return { changed: [work], reply: undefined }
  })
}
