import {
  type Clock,
  type Digest,
  type IdFactory,
  type Page,
  type PipelineVersion,
  type PlanStep,
  RegiaError,
  type RunId,
  type RunSummary,
  type Trigger,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { pageOf } from '../http/paging.ts'
import { carryOutStep } from './carry-out-step.ts'
import { cancelRun } from './finish-step.ts'
import { LeaseService } from './lease-service.ts'
import { Orchestrator } from './orchestrator.ts'
import { orderGraph } from './order-graph.ts'
import { planRun } from './plan-run.ts'
import type { Registrar } from './register-model.ts'
import { type Params, resolveParams } from './resolve-params.ts'
import { type DatasetSource, type ModelSource, resolveRefs } from './resolve-refs.ts'
import { type RunObserver, tellObservers } from './run-observer.ts'
import { findLastRuns } from './run-queries.ts'
import { RunReader } from './run-reader.ts'
import { summaryOf } from './run-views.ts'
import { findRunRow, getRunRow } from './run-work.ts'
import type { Settled } from './settle-runs.ts'
import { newRunWork } from './start-run.ts'
import { isCarried, type StepCarriers, stepCarriers } from './step-carriers.ts'
import { type NewVersion, VersionStore } from './version-store.ts'
import { WorkSignal } from './work-signal.ts'

export type PipelineDeps = {
  readonly database: Database
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  readonly datasets: DatasetSource
  readonly models: ModelSource & Registrar
  readonly hasBlob: (digest: Digest) => Promise<boolean>
  readonly onError: (error: unknown) => void
  /** How long a lease holds without a heartbeat. */
  readonly leaseMs?: number
}

export type StartRun = {
  /** What starts it may name it beforehand: the same id again starts nothing, and answers with the run that has it. */
  readonly id?: RunId | undefined
  readonly pipeline: string
  readonly version?: number | undefined
  readonly params?: Params | undefined
  readonly useCache?: boolean | undefined
  readonly trigger: Trigger
}

export type PipelineListItem = PipelineVersion & { readonly lastRun?: RunSummary }
type Window = { readonly limit: number; readonly offset: number }

const DEFAULT_LEASE_MS = 10_000

/** Pipelines and their runs: the control plane owns the state, workers lease the work. */
export class PipelineService {
  readonly leases: LeaseService
  readonly runs: RunReader
  readonly #deps: PipelineDeps
  readonly #versions = new VersionStore()
  readonly #orchestrator: Orchestrator
  readonly #signal = new WorkSignal()
  readonly #carriers: StepCarriers
  readonly #observers = new Set<RunObserver>()
  /** What the process does beside its requests: steps that it carries out, observers that it tells. */
  readonly #underWay = new Set<Promise<void>>()
  #expiry: NodeJS.Timeout | undefined

  constructor(deps: PipelineDeps) {
    this.#deps = deps
    this.#carriers = stepCarriers(deps)
    const leaseMs = deps.leaseMs ?? DEFAULT_LEASE_MS
    this.#orchestrator = new Orchestrator({
      ...deps,
      versions: this.#versions,
      signal: this.#signal,
      onSettled: (settled) => this.#onSettled(settled),
    })
    this.runs = new RunReader(deps.database, this.#versions)
    this.leases = new LeaseService({ ...deps, orchestrator: this.#orchestrator, signal: this.#signal, leaseMs })
  }

  /** Takes up what an earlier process left: register steps that were cut short, steps that became ready, leases that nobody renews. */
  async start(): Promise<void> {
    const open = await this.#deps.database
      .selectFrom('run')
      .select('id')
      .where('status', 'in', ['queued', 'running'])
      .execute()
    for (const { id } of open) await this.#resume(id)
    await this.leases.expire()
    const everyMs = 1_000
    this.#expiry = setInterval(() => void this.leases.expire().catch(this.#deps.onError), everyMs).unref()
  }

  /** Tells the observer from now on what becomes of runs. */
  observe(observer: RunObserver): void {
    this.#observers.add(observer)
  }

  /** Waits for the steps that the control plane carries out itself. */
  async stop(): Promise<void> {
    clearInterval(this.#expiry)
    this.#signal.wake()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async deploy(input: NewVersion): Promise<PipelineVersion> {
    orderGraph(input.graph)
    if (!(await this.#deps.hasBlob(input.bundleDigest))) {
      throw new RegiaError('BLOB_MISSING', `The code of pipeline "${input.graph.name}" is not in the blob store.`, {
        where: input.bundleDigest,
        hint: 'Send the bundle to /api/v1/blobs first; "regia run" does both.',
      })
    }
    const now = this.#orchestrator.now().iso
    const { version, isNew } = await this.#deps.database
      .transaction()
      .execute((transaction) => this.#versions.deploy(transaction, input, now))
    if (isNew) this.#deps.events.publish('pipeline', version.pipeline)
    return version
  }

  async plan(pipeline: string, version: number | undefined, given: Params): Promise<readonly PlanStep[]> {
    const { database, datasets, models } = this.#deps
    const ordered = await this.#versions.get(database, pipeline, version)
    const params = resolveParams(ordered.graph, given)
    return planRun(database, ordered, params, await resolveRefs(ordered.graph, datasets, models))
  }

  /** Starts a run. What the cache has is taken before this answers; the rest waits for workers. */
  async startRun(input: StartRun): Promise<RunSummary> {
    const { database, datasets, models, newId } = this.#deps
    const { id = newId('run') } = input
    const known = await findRunRow(database, id)
    if (known) return summaryOf(known)
    const version = await this.#versions.get(database, input.pipeline, input.version)
    const params = resolveParams(version.graph, input.params ?? {})
    const refs = await resolveRefs(version.graph, datasets, models)
    const { trigger, useCache = true } = input
    await this.#orchestrator.change(async (connection, now) => {
      if (await findRunRow(connection, id)) return { changed: [], reply: undefined }
      const work = await newRunWork(connection, { id, version, params, refs, trigger, useCache }, newId, now)
      return { changed: [work], reply: undefined }
    })
    this.#deps.events.publish('pipeline', input.pipeline)
    return summaryOf(await getRunRow(database, id))
  }

  /** Whether a run of the pipeline is under way. */
  async isRunning(pipeline: string): Promise<boolean> {
    const row = await this.#deps.database
      .selectFrom('run')
      .select('id')
      .where('pipeline', '=', pipeline)
      .where('status', 'in', ['queued', 'running'])
      .executeTakeFirst()
    return row !== undefined
  }

  /** @throws RegiaError `CONFLICT` when the run is over. */
  async cancel(runId: string): Promise<RunSummary> {
    await this.#orchestrator.change(async (connection, now) => {
      const work = await this.#orchestrator.load(connection, runId)
      if (work.isOver) {
        throw new RegiaError('CONFLICT', `Run "${runId}" is over (${work.run.status}); there is nothing to cancel.`)
      }
      await cancelRun(connection, work, now)
      return { changed: [work], reply: undefined }
    })
    return summaryOf(await getRunRow(this.#deps.database, runId))
  }

  async list({ limit, offset }: Window): Promise<Page<PipelineListItem>> {
    const { items, total } = await this.#versions.listLatest(this.#deps.database, limit, offset)
    return pageOf(await this.#withLastRuns(items), total, offset)
  }

  async get(pipeline: string): Promise<PipelineListItem> {
    const [item] = await this.#withLastRuns([await this.#versions.get(this.#deps.database, pipeline)])
    return item!
  }

  /** A version, the latest where absent. @throws RegiaError `NOT_FOUND`. */
  async getVersion(pipeline: string, version: number | undefined): Promise<PipelineVersion> {
    return plain(await this.#versions.get(this.#deps.database, pipeline, version))
  }

  async listVersions(pipeline: string, { limit, offset }: Window): Promise<Page<PipelineVersion>> {
    const { items, total } = await this.#versions.listVersions(this.#deps.database, pipeline, limit, offset)
    return pageOf(items, total, offset)
  }

  async #withLastRuns(versions: readonly PipelineVersion[]): Promise<readonly PipelineListItem[]> {
    const lastRuns = await findLastRuns(
      this.#deps.database,
      versions.map(({ pipeline }) => pipeline),
    )
    return versions.map((version) => {
      const lastRun = lastRuns.get(version.pipeline)
      return { ...plain(version), ...(lastRun && { lastRun }) }
    })
  }

  async #resume(runId: string): Promise<void> {
    await this.#orchestrator.change(async (connection) => ({
      changed: [await this.#orchestrator.load(connection, runId)],
      reply: undefined,
    }))
    const work = await this.#orchestrator.load(this.#deps.database, runId)
    const cutShort = [...work.rows].filter(({ step, status }) => status === 'running' && isCarried(work.step(step)))
    this.#carryOut(cutShort.map(({ step }) => ({ runId, step })))
  }

  #onSettled(settled: Settled): void {
    this.#carryOut(settled.carried)
    const { database, onError } = this.#deps
    if (settled.asked.length > 0 || settled.finishedRunIds.length > 0)
      this.#keepUnderWay(tellObservers(database, this.#observers, settled, onError))
  }

  #carryOut(carried: Settled['carried']): void {
    const { database } = this.#deps
    const deps = { database, orchestrator: this.#orchestrator, carriers: this.#carriers }
    for (const { runId, step } of carried) this.#keepUnderWay(carryOutStep(deps, runId, step))
  }

  #keepUnderWay(work: Promise<void>): void {
    const done = work.catch(this.#deps.onError).finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }
}

/** Without the order, which is for the inside. */
function plain(version: PipelineVersion): PipelineVersion {
  const { pipeline, digest, bundleDigest, graph, projectDir, createdAt } = version
  return { pipeline, version: version.version, digest, bundleDigest, graph, projectDir, createdAt }
}
