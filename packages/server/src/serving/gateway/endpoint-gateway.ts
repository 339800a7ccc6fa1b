import type { Clock, Deployment as DeploymentView, ServedEndpointSpec, Signature } from '@regia/core'
import type { PrecomputedScores } from '../precomputed/index.ts'
import type { EndpointLog, PredictionRecord } from '../prediction-log/index.ts'
import { type Answer, type PredictCall, withRows } from './answer.ts'
import { answerPrecomputed } from './answer-precomputed.ts'
import { entriesOf, recordsOf } from './batch-records.ts'
import type { Deployment } from './deployment.ts'
import { nestedTooDeep, notReady, outOfService } from './endpoint-refusals.ts'
import { stickyColumnOf, withEntity, withoutEntity } from './entity-key.ts'
import { constantPredictions, type FallbackCounts, onlyInputs, withFallback } from './fallback.ts'
import { isSame, LoadedVersions } from './loaded-versions.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import type { ModelDirectory, RegisteredVersion } from './model-directory.ts'
import type { GatewayFollower, RemoteWriter } from './other-processes.ts'
import { ReleaseRecorder } from './release-recorder.ts'
import { routeCall } from './route-call.ts'
import { type ShadowCounts, ShadowLane } from './shadow-lane.ts'
import { TrafficRing } from './traffic-ring.ts'
import { type Route, TrafficRoutes } from './traffic-routes.ts'
import { chosenVersion } from './wanted-version.ts'
import { type WantedRelease, type WantedVersions, withShares } from './wanted-versions.ts'

export type EndpointGatewayOptions = {
  readonly spec: ServedEndpointSpec
  /** Absent in a process that has its answers written by another one. */
  readonly log: EndpointLog | undefined
  /** Writes and counts the answers in place of the log. */
  readonly writer?: RemoteWriter
  /** Told of every change, for others that serve the same endpoint. */
  readonly follower?: GatewayFollower | undefined
  readonly directory: Pick<ModelDirectory, 'open'>
  readonly clock: Clock
  /** A number from [0, 1) for requests that are not sticky. */
  readonly draw?: () => number
  /** A version of a release failed so often that it was cut off at once. */
  readonly onTripped?: (version: number) => void
}

export type Change = {
  readonly stable?: { readonly from: number | undefined; readonly to: number }
  readonly shadowStarted?: number
}

/** Serves one endpoint: what is loaded, who answers, who only listens. Holds no connection to anything but its log. */
export class EndpointGateway {
  spec: ServedEndpointSpec
  readonly traffic = new TrafficRing()
  /** Whether it was taken out of service: whoever put it back calls {@link change} then. */
  isUnloaded = false
  /** Scores that are looked up before a version is asked. */
  precomputed: PrecomputedScores | undefined
  readonly #options: EndpointGatewayOptions
  readonly #versions: LoadedVersions
  #routes: TrafficRoutes | undefined
  #recorder: ReleaseRecorder | undefined
  #previous: Deployment | undefined
  #fallback: Deployment | undefined
  #fallbackCounts = { late: 0, failed: 0 }
  #shadow: ShadowLane | undefined
  #errorCount = 0

  constructor(options: EndpointGatewayOptions) {
    this.#options = options
    this.spec = options.spec
    this.#versions = new LoadedVersions({
      directory: options.directory,
      clock: options.clock,
      limits: () => this.spec.limits,
      onAnswered: (from, batch) => this.#finish(from, batch),
    })
  }

  /** Only of the process that writes it. */
  get log(): EndpointLog {
    const { log } = this.#options
    if (log) return log
    throw new Error(`unreachable: endpoint ${this.spec.name} has no log in this process`)
  }

  get stable(): Deployment | undefined {
    return this.#routes?.stable
  }

  get previous(): Deployment | undefined {
    return this.#previous
  }

  get shadow(): Deployment | undefined {
    return this.#shadow?.deployment
  }

  get shadowCounts(): ShadowCounts | undefined {
    return this.#shadow?.counts
  }

  /** Where the endpoint has a fallback. */
  get fallbackCounts(): FallbackCounts | undefined {
    return this.spec.fallback && this.#fallbackCounts
  }

  /** Versions beside the stable one, with their shares. */
  get arms(): readonly Route[] {
    return this.#routes?.arms ?? []
  }

  /** Every version that is loaded, whether it answers, listens or waits. */
  get loaded(): readonly Deployment[] {
    return [...this.#loaded()]
  }

  /** Counts of the release that it serves. */
  get recorder(): ReleaseRecorder | undefined {
    return this.#recorder
  }

  /** Errors since this process began. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** What is asked of a version: its inputs, and the column that names an entity where a release is sticky. */
  askedSignature(signature: Signature): Signature {
    return withEntity(signature, stickyColumnOf(this.spec))
  }

  /** Why a version did not load. */
  failureOf(version: number): string | undefined {
    return this.#versions.failureOf(version)
  }

  /** Answers a request: it joins the batch of this turn of the event loop. Every fault goes to `call.fail`. */
  predict(asked: PredictCall): void {
    let call = this.#guarded(asked)
    try {
      const routes = this.#routes
      if (!routes) throw this.isUnloaded ? outOfService(this.spec) : notReady(this.spec)
      const left = this.#lookedUp(call, routes.stable)
      if (!left) return
      call = left
      if (call.version === undefined) routeCall(routes, this.#recorder, this.#ask, call)
      else this.#ask(chosenVersion(this.spec.name, this.#loaded(), call.version), { ...call, isOutOfRelease: true })
    } catch (error) {
      // The only recursion over a request is the description of what is wrong with it.
      call.fail(error instanceof RangeError ? nestedTooDeep(error) : error)
    }
  }

  countError(receivedAt: number): void {
    this.#errorCount++
    const latencyMs = performance.now() - receivedAt
    this.#options.writer?.countError(latencyMs)
    const add = { predictions: 0, isError: true, latencyMs }
    this.traffic.count(this.#options.clock(), this.stable?.version ?? 0, add)
    this.stable?.statistics.countFailure(latencyMs)
  }

  /** Shares of versions that are loaded already, at once: the next request is routed by them. The stable version gets what they leave. */
  setShares(shares: ReadonlyMap<number, number>): void {
    this.#routes = this.#routes?.withShares(shares)
    this.#recorder?.sharesChanged()
    this.#options.follower?.sharesChanged(this.spec.name, shares)
  }

  /** Something else answered in place of the version. */
  countFallback(why: keyof FallbackCounts): void {
    this.#options.writer?.countFallback(why)
    this.#fallbackCounts[why]++
  }

  /** What the stable version answered is asked of the one in shadow as well. */
  offerToShadow(records: readonly PredictionRecord[], ids: readonly string[]): void {
    this.#shadow?.offer(records, ids)
  }

  /**
   * Loads what is wanted and not loaded, swaps, then lets go of what nobody wants: no request ever meets an unloaded model.
   *
   * @throws what loading the stable version threw; the endpoint then serves what it served before.
   */
  async change(wanted: WantedVersions): Promise<Change> {
    const before = this.#loaded()
    const stableBefore = this.stable
    this.#versions.forgetFailures()
    const stable = await this.#versions.load(wanted.stable, 'stable', before)
    const isSwapped = stable !== stableBefore
    if (isSwapped) this.#swap(stable, stableBefore)
    if (!this.#previous && wanted.previous && wanted.previous.version !== stable.version) {
      this.#previous = await this.#versions.tryLoad(wanted.previous, 'previous', this.#loaded())
    }
    await this.#changeRelease(stable, wanted.release, before)
    const shadowStarted = await this.#changeShadow(wanted.shadow)
    this.#fallback = wanted.fallback && (await this.#versions.tryLoad(wanted.fallback, 'fallback', this.#loaded()))
    // Shares may have changed while versions were loaded.
    await this.#options.follower?.changed(
      this.spec,
      withShares(wanted, new Map(this.arms.map(({ version, share }) => [version, share]))),
    )
    await this.#releaseUnwanted(before)
    return {
      ...(isSwapped && { stable: { from: stableBefore?.version, to: stable.version } }),
      ...(shadowStarted !== undefined && { shadowStarted }),
    }
  }

  deployments(): readonly DeploymentView[] {
    const routes = this.#routes
    const { shadow, previous } = this
    return [
      ...(routes
        ? [this.#versions.view(routes.stable, 'stable', routes.isSplit ? routes.stableShare : undefined)]
        : []),
      ...this.arms.flatMap(({ deployment, role, share }) =>
        deployment ? [this.#versions.view(deployment, role, share)] : [],
      ),
      ...(shadow ? [this.#versions.view(shadow, 'shadow')] : []),
      ...(previous ? [this.#versions.view(previous, 'previous')] : []),
      ...(this.#fallback ? [this.#versions.view(this.#fallback, 'fallback')] : []),
      ...this.#versions.others(),
    ]
  }

  /** Takes it out of service: what was asked is answered, then every version is freed. */
  async unload(): Promise<void> {
    const [loaded, shadow] = [this.#loaded(), this.#shadow]
    this.isUnloaded = true
    this.#routes = undefined
    this.#previous = undefined
    this.#fallback = undefined
    this.#shadow = undefined
    this.#recorder = undefined
    await this.#options.follower?.dropped(this.spec.name)
    await shadow?.close()
    await Promise.all([...loaded].map((deployment) => this.#versions.release(deployment)))
  }

  async close(): Promise<void> {
    await this.#options.follower?.dropped(this.spec.name)
    const loaded = this.#loaded()
    await this.#shadow?.close()
    this.#routes = undefined
    for (const deployment of loaded) await deployment.close()
  }

  readonly #ask = (deployment: Deployment, call: PredictCall): void =>
    deployment.predict(withoutEntity(call, deployment, stickyColumnOf(this.spec)))

  /** What of a request the model shall answer; undefined where it was answered from scores computed before. */
  #lookedUp(call: PredictCall, stable: Deployment): PredictCall | undefined {
    if (!this.precomputed) return call
    const { log, spec } = this
    const way = { scores: this.precomputed, stable, log, abstainBelow: spec.abstainBelow }
    return answerPrecomputed({ ...way, loggedAt: this.#options.clock() }, call)
  }

  /** The request with what the endpoint promises about every answer: something in time, and what the asker is told of it. */
  #guarded(call: PredictCall): PredictCall {
    const { fallback, abstainBelow, topK } = this.spec
    const done = (answer: Answer): void =>
      call.done({ ...answer, ...(abstainBelow !== undefined && { abstainBelow }), ...(topK !== undefined && { topK }) })
    const shown = abstainBelow === undefined && topK === undefined ? call : { ...call, done }
    if (!fallback) return shown
    return withFallback(shown, {
      afterMs: fallback.afterMs,
      servedBy: 'answer' in fallback ? 'constant' : 'fallback',
      answerInstead: this.#answerInstead,
      count: (why) => this.countFallback(why),
    })
  }

  readonly #answerInstead = (call: PredictCall): void => {
    const { fallback } = this.spec
    const served = fallback && 'answer' in fallback ? this.stable : this.#fallback
    if (!fallback || !served) throw notReady(this.spec)
    if (!('answer' in fallback)) served.predict(withRows(call, onlyInputs(call.rows, served)))
    else
      this.#finish(served, {
        calls: [call],
        predictions: constantPredictions(fallback.answer, served, call.rows.length),
      })
  }

  /** The versions that the new stable one shared the traffic with are asked again once it is known which of them stay. */
  #swap(stable: Deployment, before: Deployment | undefined): void {
    this.#routes = new TrafficRoutes({ stable })
    this.#recorder = undefined
    this.#versions.restart(stable)
    if (before) this.#previous = before
  }

  #loaded(): Set<Deployment> {
    const arms = this.arms.map(({ deployment }) => deployment)
    const all = [this.stable, ...arms, this.shadow, this.#previous, this.#fallback]
    return new Set(all.filter((one) => one !== undefined))
  }

  /** @param known - Versions that were loaded when the change began. */
  async #changeRelease(
    stable: Deployment,
    wanted: WantedRelease | undefined,
    known: ReadonlySet<Deployment>,
  ): Promise<void> {
    const arms: Route[] = []
    for (const { registered, role, share } of wanted?.arms ?? []) {
      const loaded = new Set([...this.#loaded(), ...known])
      const deployment = await this.#versions.tryLoadBeside(stable, registered, role, loaded)
      if (deployment && !loaded.has(deployment)) this.#versions.restart(deployment)
      arms.push({ deployment, version: registered.version, role, share })
    }
    const { draw } = this.#options
    const sticky = stickyColumnOf(this.spec)
    this.#routes = new TrafficRoutes({ stable, arms, salt: wanted?.salt, sticky, ...(draw && { draw }) })
    if (this.#recorder?.id !== wanted?.id) this.#recorder = wanted && this.#record(stable, wanted)
  }

  #record(stable: Deployment, { id, scoreEdges, guard }: WantedRelease): ReleaseRecorder {
    const onTripped = (version: number): void => {
      const shares = this.arms.map((arm) => [arm.version, arm.version === version ? 0 : arm.share] as const)
      this.setShares(new Map(shares))
      this.#options.onTripped?.(version)
    }
    const options = { id, stableVersion: stable.version, scoreEdges, guard, onTripped }
    return this.#options.writer?.recorder(options) ?? new ReleaseRecorder(options)
  }

  async #changeShadow(wanted: RegisteredVersion | undefined): Promise<number | undefined> {
    const current = this.#shadow
    if (current && wanted && isSame(current.deployment.registered, wanted)) return undefined
    this.#shadow = undefined
    await current?.close()
    const deployment = wanted && (await this.#versions.tryLoad(wanted, 'shadow', this.#loaded()))
    if (!deployment) return undefined
    this.#versions.restart(deployment)
    this.#shadow = new ShadowLane(deployment, this.log, () => this.stable?.isIdle ?? true)
    return deployment.version
  }

  async #releaseUnwanted(before: ReadonlySet<Deployment>): Promise<void> {
    const loaded = this.#loaded()
    for (const deployment of before) if (!loaded.has(deployment)) await this.#versions.release(deployment)
  }

  /** After the model has answered: log, then reply, then whatever may wait. */
  #finish(deployment: Deployment, batch: AnsweredBatch): void {
    const loggedAt = this.#options.clock()
    const { calls, predictions } = batch
    const records = recordsOf(deployment, calls, predictions, loggedAt, this.spec.abstainBelow)
    const failAll = (error: unknown): void => {
      for (const call of calls) call.fail(error)
    }
    const { writer } = this.#options
    if (writer) {
      const asked = { records, counts: calls.map(({ rows }) => rows.length), release: this.#recorder?.id }
      writer.append(asked).then((ids) => this.#reply(deployment, batch, ids, loggedAt), failAll)
      return
    }
    let ids: readonly string[]
    try {
      ids = this.log.append(entriesOf(records, calls))
    } catch (error) {
      failAll(error)
      return
    }
    this.#reply(deployment, batch, ids, loggedAt)
    if (deployment === this.stable && calls[0]?.servedBy === undefined) this.#shadow?.offer(records, ids)
  }

  #reply(
    deployment: Deployment,
    { calls, predictions }: AnsweredBatch,
    ids: readonly string[],
    loggedAt: number,
  ): void {
    deployment.statistics.lastInferenceAt = loggedAt
    let from = 0
    for (const call of calls) {
      const count = call.rows.length
      call.done({ served: deployment, predictions, from, count, ids })
      if (call.servedBy !== undefined) {
        from += count
        continue
      }
      const latencyMs = performance.now() - call.receivedAt
      this.traffic.count(loggedAt, deployment.version, { predictions: count, isError: false, latencyMs })
      if (!call.isOutOfRelease) this.#recorder?.answered(deployment.version, latencyMs, predictions.scores, from, count)
      from += count
    }
  }
}
