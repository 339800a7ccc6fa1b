import type { Clock, Deployment as DeploymentView, ServedEndpointSpec, Signature } from '@regia/core'
import type { PrecomputedScores } from '../precomputed/index.ts'
import type { EndpointLog, PredictionRecord } from '../prediction-log/index.ts'
import type { PredictCall } from './answer.ts'
import { answerPrecomputed } from './answer-precomputed.ts'
import { AnsweredBatches } from './answered-batches.ts'
import type { Deployment } from './deployment.ts'
import { nestedTooDeep, notReady, outOfService } from './endpoint-refusals.ts'
import { EndpointVersions } from './endpoint-versions.ts'
import { stickyColumnOf, withEntity, withoutEntity } from './entity-key.ts'
import type { FallbackCounts } from './fallback.ts'
import type { ModelDirectory } from './model-directory.ts'
import type { GatewayFollower, RemoteWriter } from './other-processes.ts'
import { PromisedAnswers } from './promised-answers.ts'
import type { ReleaseRecorder } from './release-recorder.ts'
import { routeCall } from './route-call.ts'
import type { ShadowCounts } from './shadow-lane.ts'
import { TrafficRing } from './traffic-ring.ts'
import type { Route } from './traffic-routes.ts'
import { chosenVersion } from './wanted-version.ts'
import type { WantedVersions } from './wanted-versions.ts'

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

/** Serves one endpoint: the way of a request. Holds no connection to anything but its log. */
export class EndpointGateway {
  spec: ServedEndpointSpec
  readonly traffic = new TrafficRing()
  /** Whether it was taken out of service: whoever put it back calls {@link change} then. */
  isUnloaded = false
  /** Scores that are looked up before a version is asked. */
  precomputed: PrecomputedScores | undefined
  readonly #options: EndpointGatewayOptions
  readonly #versions: EndpointVersions
  readonly #answered: AnsweredBatches
  readonly #promised: PromisedAnswers
  #errorCount = 0

  constructor(options: EndpointGatewayOptions) {
    this.#options = options
    this.spec = options.spec
    const { writer, follower, directory, clock, draw, onTripped } = options
    const shared = { specOf: () => this.spec, log: () => this.log, writer, clock }
    this.#versions = new EndpointVersions({
      ...{ ...shared, follower, directory, draw, onTripped },
      onAnswered: (from, batch) => this.#answered.take(from, batch),
    })
    const versions = this.#versions
    this.#answered = new AnsweredBatches({ ...shared, traffic: this.traffic, versions })
    const { specOf } = shared
    this.#promised = new PromisedAnswers({
      specOf,
      versions,
      answered: this.#answered,
      onFallback: writer?.countFallback,
    })
  }

  /** Only of the process that writes it. */
  get log(): EndpointLog {
    const { log } = this.#options
    if (log) return log
    throw new Error(`unreachable: endpoint ${this.spec.name} has no log in this process`)
  }

  get stable(): Deployment | undefined {
    return this.#versions.stable
  }

  get previous(): Deployment | undefined {
    return this.#versions.previous
  }

  get shadow(): Deployment | undefined {
    return this.#versions.shadow?.deployment
  }

  get shadowCounts(): ShadowCounts | undefined {
    return this.#versions.shadow?.counts
  }

  /** Where the endpoint has a fallback. */
  get fallbackCounts(): FallbackCounts | undefined {
    return this.spec.fallback && this.#promised.fallbackCounts
  }

  /** Versions beside the stable one, with their shares. */
  get arms(): readonly Route[] {
    return this.#versions.arms
  }

  /** Every version that is loaded, whether it answers, listens or waits. */
  get loaded(): readonly Deployment[] {
    return [...this.#versions.loaded()]
  }

  /** Counts of the release that it serves. */
  get recorder(): ReleaseRecorder | undefined {
    return this.#versions.recorder
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
    let call = this.#promised.guard(asked)
    try {
      const { routes, recorder } = this.#versions
      if (!routes) throw this.isUnloaded ? outOfService(this.spec) : notReady(this.spec)
      const left = this.#lookedUp(call, routes.stable)
      if (!left) return
      call = left
      if (call.version === undefined) routeCall(routes, recorder, this.#ask, call)
      else this.#askChosen(call, call.version)
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

  /** Something else answered in place of the version. */
  countFallback(why: keyof FallbackCounts): void {
    this.#promised.countFallback(why)
  }

  /** What the stable version answered is asked of the one in shadow as well. */
  offerToShadow(records: readonly PredictionRecord[], ids: readonly string[]): void {
    this.#versions.shadow?.offer(records, ids)
  }

  /** Shares of versions that are loaded already, at once: the next request is routed by them. The stable version gets what they leave. */
  setShares(shares: ReadonlyMap<number, number>): void {
    this.#versions.setShares(shares)
  }

  /**
   * Loads what is wanted and not loaded, swaps, then lets go of what nobody wants: no request ever meets an unloaded model.
   *
   * @throws what loading the stable version threw; the endpoint then serves what it served before.
   */
  change(wanted: WantedVersions): Promise<void> {
    return this.#versions.change(wanted)
  }

  /** Every version with its role, also those on their way in or out, or that failed. */
  deployments(): readonly DeploymentView[] {
    return this.#versions.views()
  }

  /** Takes it out of service: what was asked is answered, then every version is freed. */
  async unload(): Promise<void> {
    this.isUnloaded = true
    await this.#versions.unload()
  }

  close(): Promise<void> {
    return this.#versions.close()
  }

  readonly #ask = (deployment: Deployment, call: PredictCall): void =>
    deployment.predict(withoutEntity(call, deployment, stickyColumnOf(this.spec)))

  #askChosen(call: PredictCall, version: number): void {
    const chosen = chosenVersion(this.spec.name, this.#versions.loaded(), version)
    this.#ask(chosen, { ...call, isOutOfRelease: true })
  }

  /** What of a request the model shall answer; undefined where it was answered from scores computed before. */
  #lookedUp(call: PredictCall, stable: Deployment): PredictCall | undefined {
    if (!this.precomputed) return call
    const { log, spec } = this
    const way = { scores: this.precomputed, stable, log, abstainBelow: spec.abstainBelow }
    return answerPrecomputed({ ...way, loggedAt: this.#options.clock() }, call)
  }
}
