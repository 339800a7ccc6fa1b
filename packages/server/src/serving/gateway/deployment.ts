import {
  canonicalJson,
  type Execution,
  RegiaError,
  type Row,
  type ServingLimits,
  servingLimitsSchema,
} from '@regia/core'
import type { InputBatch, ModelSession, Predictions } from '@regia/engine'
import type { PredictCall, ServedVersion } from './answer.ts'
import type { ExecutionStatistics } from './execution-statistics.ts'
import { type Prepared, prepare } from './lanes/choose-lane.ts'
import { joinPredictions } from './lanes/pieces.ts'
import { ResponseCache } from './lanes/response-cache.ts'
import { runCost } from './lanes/warm-up.ts'
import { type AnsweredBatch, MicroBatcher } from './micro-batcher.ts'
import type { RegisteredVersion } from './model-directory.ts'
import { untilDeadline } from './until-deadline.ts'

/** A version that could not be loaded is not read, nor its server asked, again and again. */
const RETRY_MS = 5_000

export type DeploymentOptions = {
  readonly limits?: ServingLimits
  readonly onAnswered: (deployment: Deployment, batch: AnsweredBatch) => void
}

type KnownAnswer = { readonly call: PredictCall; readonly predictions: Predictions }

/** A version that answers requests: tested and measured before its first one. */
export class Deployment implements ServedVersion {
  readonly registered: RegisteredVersion
  readonly #session: ModelSession
  #limits: ServingLimits
  readonly #batcher: MicroBatcher
  readonly #createBatch: () => InputBatch
  readonly #onAnswered: (batch: AnsweredBatch) => void
  #cache: ResponseCache | undefined
  /** Answered from the cache in this turn of the event loop: logged together. */
  #known: KnownAnswer[] = []
  #prepared: Prepared | undefined
  #preparing: Promise<Prepared> | undefined
  #failure: unknown
  #close: Promise<void> | undefined

  constructor(registered: RegisteredVersion, session: ModelSession, { limits, onAnswered }: DeploymentOptions) {
    this.registered = registered
    this.#session = session
    this.#limits = limits ?? servingLimitsSchema.parse({})
    this.#createBatch = session.createBatch
    this.#onAnswered = (batch) => onAnswered(this, batch)
    this.#cache = this.#newCache()
    const model = {
      createBatch: this.#createBatch,
      lane: () => this.#prepared?.lane,
      load: () => this.prepare().catch((error: unknown) => Promise.reject(notLoaded(registered, error))),
    }
    this.#batcher = new MicroBatcher(
      model,
      (batch) => this.#answered(batch),
      () => this.#limits,
    )
  }

  get model(): string {
    return this.registered.model
  }

  get version(): number {
    return this.registered.version
  }

  get signature(): ModelSession['signature'] {
    return this.#session.signature
  }

  get session(): ModelSession {
    return this.#session
  }

  get statistics(): ExecutionStatistics {
    return this.#batcher.statistics
  }

  get isIdle(): boolean {
    return this.#batcher.isIdle && this.#known.length === 0
  }

  /** Why it does not answer, from the moment that it could not be loaded until it could. */
  get failure(): unknown {
    return this.#prepared ? undefined : this.#failure
  }

  get lane(): 'inline' | 'worker' | undefined {
    return this.#prepared?.lane.name
  }

  /** Where and how it computes, as the endpoint's view shows it. */
  get execution(): Execution {
    const queuedRowCount = this.#batcher.admission.rows
    const cache = this.#cache && { cache: this.#cache.counts }
    if (!this.#prepared) return { queuedRowCount, isLoaded: false, ...cache }
    const { lane, warmUp, batching } = this.#prepared
    return {
      lane: lane.name,
      ...(warmUp && { warmUp }),
      batching,
      isLoaded: this.#session.isLoaded ?? true,
      queuedRowCount,
      ...cache,
    }
  }

  /**
   * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`; `QUEUE_FULL`, `OVERLOADED`, `DEADLINE_EXCEEDED`, before the
   *   request joins a batch.
   */
  predict(call: PredictCall): void {
    const predictions = this.#cache?.find(call.rows)
    if (predictions) this.#answerAgain({ call: { ...call, isCached: true }, predictions })
    else if (this.#session.atOnce === undefined) this.#batcher.add(call)
    else this.#askElsewhere(call)
  }

  #askElsewhere(call: PredictCall): void {
    const { admission } = this.#batcher
    const asked = untilDeadline(call, admission.deadlineOf(call))
    try {
      this.#batcher.add(asked)
    } catch (error) {
      asked.fail(error)
    }
  }

  /** Takes other limits than it was loaded with. Another lane is measured and readied while the one before answers. */
  limit(limits: ServingLimits): void {
    const before = this.#limits
    this.#limits = limits
    if (canonicalJson(limits.cache ?? null) !== canonicalJson(before.cache ?? null)) this.#cache = this.#newCache()
    if (limits.lane === before.lane && limits.maxBatchRows === before.maxBatchRows) return
    this.#preparing = undefined
    if (this.#prepared) this.prepare().catch(() => undefined)
  }

  /** Answers rows past the queue, in the lane of the version: for what no client waits for. */
  async score(rows: readonly Row[]): Promise<Predictions> {
    const { lane } = await this.prepare()
    const batch = this.#createBatch()
    batch.append(rows)
    return lane.run(batch)
  }

  /**
   * Loads, tests and measures it, once. What failed is tried again after some seconds: by itself where that was no verdict on the version (its
   * server is away), else when it is asked.
   *
   * @throws RegiaError `MODEL_SELF_TEST_FAILED`, `MODEL_INVALID`, and what reading it or asking its server throws.
   */
  prepare(): Promise<Prepared> {
    this.#preparing ??= this.#prepareNow()
    return this.#preparing
  }

  /** Frees the model once every request that it took is answered. */
  close(): Promise<void> {
    this.#close ??= this.#batcher.drained().then(() => this.#session.close())
    return this.#close
  }

  async #prepareNow(): Promise<Prepared> {
    try {
      return this.#take(await prepare(this.#session, this.#limits))
    } catch (error) {
      this.#failure = error
      setTimeout(() => (isVerdict(error) ? this.#forget() : this.#tryAgain()), RETRY_MS).unref()
      throw error
    }
  }

  /** The next request tries again. */
  #forget(): void {
    this.#preparing = undefined
  }

  /** Requests that come meanwhile are refused at once: a server that hangs would keep each of them waiting. */
  #tryAgain(): void {
    if (this.#close || this.#prepared) return
    const trying = this.#prepareNow()
    const settle = (): void => {
      this.#preparing = trying
    }
    trying.then(settle, settle)
  }

  #newCache(): ResponseCache | undefined {
    const { cache } = this.#limits
    return cache && new ResponseCache(this.signature, cache)
  }

  #answered(batch: AnsweredBatch): void {
    this.#onAnswered(batch)
    let from = 0
    for (const { rows } of this.#cache ? batch.calls : []) {
      this.#cache?.keep(rows, batch.predictions, from)
      from += rows.length
    }
  }

  #answerAgain(answer: KnownAnswer): void {
    this.#known.push(answer)
    if (this.#known.length > 1) return
    setImmediate(() => {
      const known = this.#known
      this.#known = []
      const rowCount = known.reduce((sum, { predictions }) => sum + predictions.rowCount, 0)
      const predictions = joinPredictions(
        known.map((each) => each.predictions),
        rowCount,
      )
      this.#onAnswered({ calls: known.map(({ call }) => call), predictions })
    })
  }

  #take(prepared: Prepared): Prepared {
    const { lane, warmUp } = prepared
    if (warmUp) this.#batcher.admission.expect(runCost(warmUp), lane.batchRows, lane.atOnce)
    this.#prepared = prepared
    return prepared
  }
}

/** Whether loading failed for what the version is, and not because something that it needs was away. */
const isVerdict = (error: unknown): boolean =>
  error instanceof RegiaError && ['MODEL_SELF_TEST_FAILED', 'MODEL_INVALID', 'BLOB_CORRUPT'].includes(error.code)

export type DeployOptions = DeploymentOptions & {
  /** Whether a version whose server, or whose package, is away just now is taken all the same: nothing answers in its place. */
  readonly mayComeLater?: boolean
}

/** Loads, tests and measures a version. @throws RegiaError `MODEL_SELF_TEST_FAILED` when it does not answer as it did when it was packaged. */
export async function deploy(
  registered: RegisteredVersion,
  session: ModelSession,
  { mayComeLater = false, ...options }: DeployOptions,
): Promise<Deployment> {
  const deployment = new Deployment(registered, session, options)
  if (session.isDeferred) return deployment
  try {
    await deployment.prepare()
    return deployment
  } catch (error) {
    if (mayComeLater && !isVerdict(error)) return deployment
    await session.close()
    throw error
  }
}

/** For a request that was the first to ask for it: no fault of the request. */
const notLoaded = ({ model, version }: RegisteredVersion, cause: unknown): RegiaError =>
  new RegiaError('UNAVAILABLE', `Version ${version} of "${model}" cannot be loaded: ${messageOf(cause)}`, {
    cause,
    hint: 'It is tried again in some seconds. Roll back to another version, or register a sound one.',
    data: { retryAfterSeconds: Math.ceil(RETRY_MS / 1000) },
  })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
