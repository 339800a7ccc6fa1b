import {
  type Clock,
  type Digest,
  type IdFactory,
  type Page,
  type PipelineVersion,
  type PlanStep,
  RegiaError,
  type RunSummary,
  type Trigger,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { pageOf } from '../http/paging.ts'
import { Approvals } from './approvals.ts'
import type { Answer } from './ask-person.ts'
import { cancelRun } from './cancel-steps.ts'
import { carryOutStep } from './carry-out-step.ts'
import { checkCatalog } from './check-catalog.ts'
import { assertContents } from './check-contents.ts'
import { LeaseService } from './lease-service.ts'
import type { ElementSources } from './map/find-elements.ts'
import { MapService } from './map/map-service.ts'
import { Orchestrator } from './orchestrator.ts'
import { orderGraph } from './order-graph.ts'
import type { CatalogSource } from './read-catalog.ts'
import type { Registrar } from './register-model.ts'
import type { DatasetSource, ModelSource } from './resolve-refs.ts'
import { type RunObserver, tellObservers } from './run-observer.ts'
import { findLastRuns } from './run-queries.ts'
import { RunReader } from './run-reader.ts'
import type { RequestOptions } from './run-request.ts'
import { RunStarter, type StartRun } from './run-starter.ts'
import { OPEN_STATUSES } from './run-status.ts'
import { summaryOf } from './run-views.ts'
import { getRunRow } from './run-work.ts'
import type { CatalogSaver } from './save-to-catalog.ts'
import type { Settled } from './settle-runs.ts'
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
  readonly catalog: CatalogSource & CatalogSaver
  readonly hasBlob: (digest: Digest) => Promise<boolean>
  /** What mapped steps are taken apart with. */
  readonly elements: ElementSources
  /** The version that a channel points to. */
  readonly findChannelVersion?: (pipeline: string, channel: string) => Promise<number | undefined>
  readonly onError: (error: unknown) => void
  /** How long a lease holds without a heartbeat. */
  readonly leaseMs?: number
}

export type Recover = { readonly refresh: readonly string[]; readonly trigger: Trigger }
export type PipelineListItem = PipelineVersion & { readonly lastRun?: RunSummary }
type Window = { readonly limit: number; readonly offset: number }

const DEFAULT_LEASE_MS = 10_000

/** Pipelines and their runs: the control plane owns the state, workers lease the work. */
export class PipelineService {
  readonly leases: LeaseService
  readonly maps: MapService
  readonly runs: RunReader
  readonly #deps: PipelineDeps
  readonly #versions = new VersionStore()
  readonly #orchestrator: Orchestrator
  readonly #signal = new WorkSignal()
  readonly #carriers: StepCarriers
  readonly #observers = new Set<RunObserver>()
  /** What the process does beside its requests: steps that it carries out, observers that it tells. */
  readonly #underWay = new Set<Promise<void>>()
  readonly #starter: RunStarter
  readonly #approvals: Approvals
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
    this.#approvals = new Approvals(deps.database, this.#orchestrator)
    this.#starter = new RunStarter({ ...deps, versions: this.#versions, orchestrator: this.#orchestrator })
    this.maps = new MapService({
      ...deps,
      ...deps.elements,
      versions: this.#versions,
      orchestrator: this.#orchestrator,
      leaseMs,
      keepUnderWay: (work) => this.#keepUnderWay(work),
    })
    this.leases = new LeaseService({
      ...deps,
      orchestrator: this.#orchestrator,
      signal: this.#signal,
      leaseMs,
      items: this.maps.leases,
    })
  }

  /** Takes up what an earlier process left: register steps that were cut short, steps that became ready, leases that nobody renews. */
  async start(): Promise<void> {
    const open = await this.#deps.database.selectFrom('run').select('id').where('status', 'in', OPEN_STATUSES).execute()
    for (const { id } of open) await this.#resume(id)
    await this.maps.resume(this.#orchestrator.now())
    await this.#expire()
    const everyMs = 1_000
    this.#expiry = setInterval(() => void this.#expire().catch(this.#deps.onError), everyMs).unref()
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
    checkCatalog(input.graph)
    await assertContents(input, this.#deps.hasBlob)
    const now = this.#orchestrator.now().iso
    const { version, isNew } = await this.#deps.database
      .transaction()
      .execute((transaction) => this.#versions.deploy(transaction, input, now))
    if (isNew) this.#deps.events.publish('pipeline', version.pipeline)
    return version
  }

  /** What each step would do if a run began now. */
  plan(pipeline: string, options: RequestOptions): Promise<readonly PlanStep[]> {
    return this.#starter.plan(pipeline, options)
  }

  /** Starts a run. What the cache has is taken before this answers; the rest waits for workers. */
  startRun(input: StartRun): Promise<RunSummary> {
    return this.#starter.start(input)
  }

  /** Starts a run that takes over every finished step of another one. @throws RegiaError `CONFLICT` while that one goes on. */
  recover(runId: string, { refresh, trigger }: Recover): Promise<RunSummary> {
    return this.#starter.recover(runId, refresh, trigger)
  }

  /** Answers what an approve step asks. @throws RegiaError `CONFLICT` when it was decided, `UNAUTHORIZED` for who may not. */
  async approve(runId: string, step: string, answer: Answer): Promise<RunSummary> {
    await this.#approvals.decide(runId, step, answer)
    return summaryOf(await getRunRow(this.#deps.database, runId))
  }

  /** Whether a run of the pipeline is under way. */
  async isRunning(pipeline: string): Promise<boolean> {
    const row = await this.#deps.database
      .selectFrom('run')
      .select('id')
      .where('pipeline', '=', pipeline)
      .where('status', 'in', OPEN_STATUSES)
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
    this.#carryOut(cutShort.map(({ step }) => ({ runId, step, isMapped: work.step(step).map !== undefined })))
  }

  /** What nobody renewed or answered in time. */
  async #expire(): Promise<void> {
    await this.leases.expire()
    await this.#approvals.expire()
  }

  #onSettled(settled: Settled): void {
    this.#carryOut(settled.carried)
    const { database, onError } = this.#deps
    if (settled.asked.length > 0 || settled.finishedRunIds.length > 0)
      this.#keepUnderWay(tellObservers(database, this.#observers, settled, onError))
  }

  #carryOut(carried: Settled['carried']): void {
    const { database, onError } = this.#deps
    const deps = { database, orchestrator: this.#orchestrator, carriers: this.#carriers, onError }
    for (const { runId, step, isMapped } of carried) {
      if (isMapped) this.maps.carryOn(runId, step)
      else this.#keepUnderWay(carryOutStep(deps, runId, step))
    }
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
