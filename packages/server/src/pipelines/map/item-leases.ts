import { type LeasedStep, type LeaseReport, type StepEvent, type StepRunId, toIso } from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { outputsProblem } from '../finish-step.ts'
import { describeLease, takeTokens } from '../grant-lease.ts'
import { leaseLost, type Orchestrator } from '../orchestrator.ts'
import type { ResolvedInputs } from '../resolve-inputs.ts'
import type { RunWork } from '../run-work.ts'
import type { VersionStore } from '../version-store.ts'
import { failMappedStep } from './carry-on-map.ts'
import { failItem, giveBackItem, succeedItem, type Touched } from './finish-item.ts'
import { errorOfMap } from './hopeless-map.ts'
import { appendItemEvents, changeLast } from './item-events.ts'
import { findOpenMaps, findOverdueItems, findQueuedItems, type OpenMap } from './item-queue.ts'
import { count, findHeldItem, type Item, isDone, isHopeless, isItemCancelled } from './map-store.ts'
import type { ItemRow } from './tables.ts'

export type ItemLeaseDeps = {
  readonly database: Database
  readonly orchestrator: Orchestrator
  readonly versions: VersionStore
  readonly leaseMs: number
  /** The elements of a mapped step have all come to an end. */
  readonly onDone: (runId: string, step: string) => void
}

/** What of a worker's machine is free. It is taken from as attempts are leased. */
export type Free = { cpu: number; memoryMb: number; limit: number; isIdle: boolean }

/** Mapped steps whose common inputs are kept in memory, decoded. */
const MAX_KEPT_INPUTS = 32

/**
 * Hands attempts of elements to workers and takes their results, as the lease service does for steps, and with the same tokens. An element
 * is one row and a mapped step a few counters: none of this reads the run's other steps, until the mapped step comes to its end.
 */
export class ItemLeases {
  readonly #deps: ItemLeaseDeps
  readonly #inputs = new Map<string, ResolvedInputs>()

  constructor(deps: ItemLeaseDeps) {
    this.#deps = deps
  }

  /** Leases elements into what is free, those of the step first of which the fewest run. */
  async lease(connection: Connection, worker: string, free: Free, now: Moment): Promise<readonly LeasedStep[]> {
    const leased: LeasedStep[] = []
    for (const map of await findOpenMaps(connection)) {
      if (free.limit <= 0) break
      leased.push(...(await this.#leaseOf(connection, map, worker, free, now)))
    }
    return leased
  }

  async heartbeat(
    id: string,
    token: number,
    events: readonly StepEvent[],
  ): Promise<{ readonly expiresAt: string; readonly cancel: boolean; readonly runId: string | undefined }> {
    const { database, orchestrator, leaseMs } = this.#deps
    const now = orchestrator.now()
    return database.transaction().execute(async (transaction) => {
      const held = await findHeldItem(transaction, id, token)
      if (!held) {
        if (await isItemCancelled(transaction, id)) return { expiresAt: now.iso, cancel: true, runId: undefined }
        throw leaseLost(id)
      }
      const { attempts, metrics } = await appendItemEvents(transaction, held, events, now.ms)
      const expiresAt = now.ms + leaseMs
      await transaction
        .updateTable('map_item')
        .set({ expires_at: expiresAt, attempts, metrics })
        .where('id', '=', id)
        .execute()
      return { expiresAt: toIso(expiresAt), cancel: false, runId: held.run_id }
    })
  }

  /** Takes the result of an attempt: once, and only from who holds the lease. @returns The run; `undefined` when nobody wants the result any more. */
  async report(
    id: string,
    report: LeaseReport,
    missingBlob: string | undefined,
    events: readonly StepEvent[],
  ): Promise<string | undefined> {
    return this.#change(async (connection, now) => {
      const held = await findHeldItem(connection, id, report.leaseToken)
      if (!held) {
        if (report.status === 'cancelled' && (await isItemCancelled(connection, id)))
          return { touched: [], reply: undefined }
        throw leaseLost(id)
      }
      const item = await appendItemEvents(connection, held, events, now.ms)
      return { touched: await this.#apply(connection, item, report, missingBlob, now), reply: item.run_id }
    })
  }

  /** Gives up attempts whose worker has not been heard of for too long. */
  async expire(): Promise<void> {
    const { database, orchestrator } = this.#deps
    if ((await findOverdueItems(database, orchestrator.now().ms)).length === 0) return
    await this.#change(async (connection, now) => {
      const touched: Touched[] = []
      for (const item of await findOverdueItems(connection, now.ms)) {
        const message = `Worker "${item.worker}" was not heard of any more while it ran element ${item.number} of step "${item.step}".`
        const lost = { status: 'lost', error: { code: 'LEASE_LOST', message }, isRetryable: true } as const
        touched.push(await failItem(connection, item, await this.#stepOf(connection, item), lost, now))
      }
      // What a step came to be last is how it stands.
      return { touched: touched.flat().reverse(), reply: undefined }
    })
  }

  /** Runs a change of elements as one transaction, then sees to the mapped steps that came to their end by it. */
  async #change<Reply>(
    work: (connection: Connection, now: Moment) => Promise<{ readonly touched: Touched; readonly reply: Reply }>,
  ): Promise<Reply> {
    const { orchestrator, onDone } = this.#deps
    const { reply, done } = await orchestrator.change(async (connection, now) => {
      const { touched, reply: answer } = await work(connection, now)
      const open = latestOf(touched).filter(({ state }) => state === 'open')
      const works = new Map<string, RunWork>()
      for (const map of open.filter(isHopeless)) {
        const run = works.get(map.run_id) ?? (await orchestrator.load(connection, map.run_id))
        works.set(map.run_id, run)
        failMappedStep(run, map.step, await errorOfMap(connection, map), now)
      }
      const finished = open.filter((map) => isDone(map) && !isHopeless(map))
      return { changed: [...works.values()], reply: { reply: answer, done: finished } }
    })
    for (const { run_id, step } of done) onDone(run_id, step)
    return reply
  }

  async #apply(
    connection: Connection,
    item: Item,
    report: LeaseReport,
    missingBlob: string | undefined,
    now: Moment,
  ): Promise<Touched> {
    const step = await this.#stepOf(connection, item)
    if (report.status === 'cancelled') return giveBackItem(connection, item, step, now)
    if (report.status === 'failed') return failItem(connection, item, step, { ...report, status: 'failed' }, now)
    const problem = outputsProblem(step, report.outputs)
    if (problem) {
      const failure = { status: 'failed', error: problem.toBody(), isRetryable: false } as const
      return failItem(connection, item, step, failure, now)
    }
    if (missingBlob === undefined) return succeedItem(connection, item, report.outputs, now)
    const message = `Output "${missingBlob}" of element ${item.number} of step "${item.step}" is not in the blob store.`
    const error = { code: 'BLOB_MISSING', message } as const
    return failItem(connection, item, step, { status: 'failed', error, isRetryable: true }, now)
  }

  async #leaseOf(
    connection: Connection,
    map: OpenMap,
    worker: string,
    free: Free,
    now: Moment,
  ): Promise<readonly LeasedStep[]> {
    const version = await this.#deps.versions.get(connection, map.pipeline, map.pipeline_version)
    const step = version.stepsById.get(map.step)
    if (!step?.map) throw new Error(`unreachable: version ${version.version} has no mapped step "${map.step}"`)
    const { input } = step.map
    const fitting = roomFor(step, free, (map.concurrency ?? Number.POSITIVE_INFINITY) - map.running)
    const items = fitting > 0 ? await findQueuedItems(connection, map.step_run_id, now.ms, fitting) : []
    if (items.length === 0) return []
    const firstToken = (await takeTokens(connection, items.length)) - items.length + 1
    const inputs = this.#inputsOf(map)
    const leased: LeasedStep[] = []
    for (const [i, row] of items.entries()) {
      const granted = await this.#grant(connection, row, firstToken + i, worker, now)
      leased.push({
        ...describeLease(version, step),
        ...granted,
        runId: map.run_id,
        inputs: { ...inputs, [input]: elementInput(step.inputTypes[input]!, row) },
        item: { index: row.number, count: map.total },
        seed: row.key,
      })
    }
    await count(connection, map.step_run_id, { queued: -items.length, running: items.length })
    free.cpu -= step.cpu * items.length
    free.memoryMb -= step.memoryMb * items.length
    free.limit -= items.length
    free.isIdle = false
    return leased
  }

  async #grant(connection: Connection, row: ItemRow, token: number, worker: string, now: Moment) {
    const expiresAt = now.ms + this.#deps.leaseMs
    const attempts = changeLast(decodeJson(row.attempts), { status: 'running', leasedAt: now.iso, worker })
    await connection
      .updateTable('map_item')
      .set({ status: 'running', token, worker, expires_at: expiresAt, attempts: encodeJson(attempts) })
      .where('id', '=', row.id)
      .execute()
    return {
      leaseToken: token,
      expiresAt: toIso(expiresAt),
      // Filled from the id factory only.
      stepRunId: row.id as StepRunId,
      attempt: attempts.length,
    }
  }

  async #stepOf(connection: Connection, { pipeline, pipeline_version, step }: Item) {
    const found = (await this.#deps.versions.get(connection, pipeline, pipeline_version)).stepsById.get(step)
    if (!found) throw new Error(`unreachable: version ${pipeline_version} has no step "${step}"`)
    return found
  }

  #inputsOf({ step_run_id: id, inputs }: OpenMap): ResolvedInputs {
    const kept = this.#inputs.get(id) ?? decodeJson(inputs)
    if (this.#inputs.size >= MAX_KEPT_INPUTS && !this.#inputs.has(id))
      this.#inputs.delete(this.#inputs.keys().next().value ?? '')
    this.#inputs.set(id, kept)
    return kept
  }
}

/** Each map once, as it stands after the change: what comes first is newest. */
const latestOf = (touched: Touched): Touched =>
  touched.filter((map, i) => touched.findIndex(({ step_run_id }) => step_run_id === map.step_run_id) === i)

/** What is too big for any worker runs alone on an idle one, rather than never. */
function roomFor(step: { readonly cpu: number; readonly memoryMb: number }, free: Free, ofConcurrency: number): number {
  const fitting = Math.floor(Math.min(free.cpu / step.cpu, free.memoryMb / step.memoryMb) + 1e-9)
  return Math.min(Math.max(fitting, free.isIdle ? 1 : 0), free.limit, ofConcurrency)
}

function elementInput(type: ResolvedInputs[string]['type'], { element }: ItemRow): ResolvedInputs[string] {
  const artifact = decodeJson(element)
  const isInline = artifact.kind === 'value' || artifact.kind === 'report'
  return isInline
    ? { type, value: artifact.value, artifacts: [], isList: false }
    : { type, artifacts: [artifact], isList: false }
}
