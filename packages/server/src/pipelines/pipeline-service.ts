import {
  type Artifact,
  type Clock,
  type Digest,
  type IdFactory,
  type Page,
  type PipelineVersion,
  type PlanStep,
  RegiaError,
  type Run,
  type RunSummary,
  type Trigger,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { pageOf } from '../http/paging.ts'
import { carryOutRegistration, type Registrar } from './carry-out-registration.ts'
import { cancelRun } from './finish-step.ts'
import { LeaseService } from './lease-service.ts'
import { type LogQuery, listLines, listMetrics } from './log-store.ts'
import { Orchestrator } from './orchestrator.ts'
import { orderGraph } from './order-graph.ts'
import { planRun } from './plan-run.ts'
import { type Params, resolveParams } from './resolve-params.ts'
import { type DatasetSource, type ModelSource, resolveRefs } from './resolve-refs.ts'
import { findLastRuns, getRun, listRuns, type RunQuery } from './run-queries.ts'
import { summaryOf } from './run-views.ts'
import { getRunRow } from './run-work.ts'
import type { Settled } from './settle-runs.ts'
import { newRunWork } from './start-run.ts'
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
  readonly #deps: PipelineDeps
  readonly #versions = new VersionStore()
  readonly #orchestrator: Orchestrator
  readonly #signal = new WorkSignal()
  readonly #registering = new Set<Promise<void>>()
  #expiry: NodeJS.Timeout | undefined

  constructor(deps: PipelineDeps) {
    this.#deps = deps
    const leaseMs = deps.leaseMs ?? DEFAULT_LEASE_MS
    this.#orchestrator = new Orchestrator({
      ...deps,
      versions: this.#versions,
      signal: this.#signal,
      onSettled: (settled) => this.#onSettled(settled),
    })
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

  /** Waits for the register steps under way. */
  async stop(): Promise<void> {
    clearInterval(this.#expiry)
    this.#signal.wake()
    await Promise.all(this.#registering)
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
    const version = await this.#versions.get(database, input.pipeline, input.version)
    const params = resolveParams(version.graph, input.params ?? {})
    const refs = await resolveRefs(version.graph, datasets, models)
    const { trigger, useCache = true } = input
    const runId = await this.#orchestrator.change(async (connection, now) => {
      const work = await newRunWork(connection, { version, params, refs, trigger, useCache }, newId, now)
      return { changed: [work], reply: work.run.id }
    })
    this.#deps.events.publish('pipeline', input.pipeline)
    return summaryOf(await getRunRow(database, runId))
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

  async listVersions(pipeline: string, { limit, offset }: Window): Promise<Page<PipelineVersion>> {
    const { items, total } = await this.#versions.listVersions(this.#deps.database, pipeline, limit, offset)
    return pageOf(items, total, offset)
  }

  async listRuns(query: RunQuery): Promise<Page<RunSummary>> {
    const { items, total } = await listRuns(this.#deps.database, query)
    return pageOf(items, total, query.offset)
  }

  getRun(runId: string): Promise<Run> {
    return getRun(this.#deps.database, this.#versions, runId)
  }

  async listLogs(runId: string, query: LogQuery) {
    await getRunRow(this.#deps.database, runId)
    const lines = await listLines(this.#deps.database, runId, query)
    return { lines, next: lines.at(-1)?.index ?? query.after }
  }

  async listMetrics(runId: string) {
    await getRunRow(this.#deps.database, runId)
    return { points: await listMetrics(this.#deps.database, runId) }
  }

  /** @throws RegiaError `NOT_FOUND` where the run has no such output (yet), `INVALID_INPUT` where it is no table. */
  async getTable(runId: string, step: string, output: string): Promise<Artifact> {
    const run = await this.getRun(runId)
    const stepRun = run.steps.find((each) => each.step === step)
    const artifact = stepRun?.outputs[output]
    if (!artifact) {
      throw new RegiaError('NOT_FOUND', `Run "${runId}" has no output "${step}.${output}".`, {
        hint: stepRun
          ? `Step "${step}" is ${stepRun.status}.`
          : `Its steps are: ${run.steps
              .map((each) => each.step)
              .slice(0, 20)
              .join(', ')}.`,
      })
    }
    if (artifact.kind === 'table') return artifact
    throw new RegiaError('INVALID_INPUT', `Output "${step}.${output}" is a ${artifact.kind}; only tables have rows.`)
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
    const cutShort = [...work.rows].filter(
      ({ step, status }) => status === 'running' && work.step(step).kind === 'register',
    )
    this.#register(cutShort.map(({ step }) => ({ runId, step })))
  }

  #onSettled({ registrations }: Settled): void {
    this.#register(registrations)
  }

  #register(registrations: Settled['registrations']): void {
    const { database, models, onError } = this.#deps
    for (const { runId, step } of registrations) {
      const done = carryOutRegistration({ database, orchestrator: this.#orchestrator, registrar: models }, runId, step)
        .catch(onError)
        .finally(() => this.#registering.delete(done))
      this.#registering.add(done)
    }
  }
}

/** Without the order, which is for the inside. */
function plain(version: PipelineVersion): PipelineVersion {
  const { pipeline, digest, bundleDigest, graph, projectDir, createdAt } = version
  return { pipeline, version: version.version, digest, bundleDigest, graph, projectDir, createdAt }
}
