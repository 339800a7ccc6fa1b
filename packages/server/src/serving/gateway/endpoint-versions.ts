import type { Clock, Deployment as DeploymentView, ServedEndpointSpec } from '@regia/core'
import type { EndpointLog } from '../prediction-log/index.ts'
import type { Deployment } from './deployment.ts'
import { stickyColumnOf } from './entity-key.ts'
import { isSame, LoadedVersions } from './loaded-versions.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import type { ModelDirectory, RegisteredVersion } from './model-directory.ts'
import type { GatewayFollower, RemoteWriter } from './other-processes.ts'
import { ReleaseRecorder } from './release-recorder.ts'
import { ShadowLane } from './shadow-lane.ts'
import { type Route, TrafficRoutes } from './traffic-routes.ts'
import { type WantedRelease, type WantedVersions, withShares } from './wanted-versions.ts'

export type EndpointVersionsOptions = {
  /** The endpoint as it is meant now. */
  readonly specOf: () => ServedEndpointSpec
  readonly log: () => EndpointLog
  readonly writer: RemoteWriter | undefined
  readonly follower: GatewayFollower | undefined
  readonly directory: Pick<ModelDirectory, 'open'>
  readonly clock: Clock
  readonly draw: (() => number) | undefined
  readonly onAnswered: (deployment: Deployment, batch: AnsweredBatch) => void
  readonly onTripped: ((version: number) => void) | undefined
}

/** The versions of an endpoint by what each does: answers, shares the traffic, listens, waits to be rolled back to. Changes them without a gap. */
export class EndpointVersions {
  readonly #options: EndpointVersionsOptions
  readonly #versions: LoadedVersions
  #routes: TrafficRoutes | undefined
  #recorder: ReleaseRecorder | undefined
  #previous: Deployment | undefined
  #fallback: Deployment | undefined
  #shadow: ShadowLane | undefined

  constructor(options: EndpointVersionsOptions) {
    this.#options = options
    const { directory, clock, onAnswered, specOf } = options
    this.#versions = new LoadedVersions({ directory, clock, onAnswered, limits: () => specOf().limits })
  }

  /** Absent before anything is loaded, and out of service. */
  get routes(): TrafficRoutes | undefined {
    return this.#routes
  }

  get stable(): Deployment | undefined {
    return this.#routes?.stable
  }

  get arms(): readonly Route[] {
    return this.#routes?.arms ?? []
  }

  get recorder(): ReleaseRecorder | undefined {
    return this.#recorder
  }

  get previous(): Deployment | undefined {
    return this.#previous
  }

  get fallback(): Deployment | undefined {
    return this.#fallback
  }

  get shadow(): ShadowLane | undefined {
    return this.#shadow
  }

  /** Every version that is loaded, whatever it does. */
  loaded(): Set<Deployment> {
    const arms = this.arms.map(({ deployment }) => deployment)
    const all = [this.stable, ...arms, this.#shadow?.deployment, this.#previous, this.#fallback]
    return new Set(all.filter((one) => one !== undefined))
  }

  failureOf(version: number): string | undefined {
    return this.#versions.failureOf(version)
  }

  /** The next request is routed by them. */
  setShares(shares: ReadonlyMap<number, number>): void {
    this.#routes = this.#routes?.withShares(shares)
    this.#recorder?.sharesChanged()
    this.#options.follower?.sharesChanged(this.#options.specOf().name, shares)
  }

  /**
   * Loads what is wanted and not loaded, swaps, then lets go of what nobody wants. Where nothing served before, a stable version whose server
   * is away is taken, too: requests are refused until that is back.
   *
   * @throws what loading the stable version threw.
   */
  async change(wanted: WantedVersions): Promise<void> {
    const before = this.loaded()
    const stableBefore = this.stable
    this.#versions.forgetFailures()
    const stable = await this.#versions.load(wanted.stable, 'stable', before, stableBefore === undefined)
    if (stable !== stableBefore) this.#swap(stable, stableBefore)
    if (!this.#previous && wanted.previous && wanted.previous.version !== stable.version) {
      this.#previous = await this.#versions.tryLoad(wanted.previous, 'previous', this.loaded())
    }
    await this.#changeRelease(stable, wanted.release, before)
    await this.#changeShadow(wanted.shadow)
    const { fallback } = wanted
    this.#fallback = fallback && (await this.#versions.tryLoad(fallback, 'fallback', this.loaded(), true))
    await this.#tellFollower(wanted)
    await this.#releaseUnwanted(before)
  }

  views(): readonly DeploymentView[] {
    const view = this.#versions.view.bind(this.#versions)
    const routes = this.#routes
    const waiting = [
      [this.#shadow?.deployment, 'shadow'],
      [this.#previous, 'previous'],
      [this.#fallback, 'fallback'],
    ] as const
    return [
      ...(routes ? [view(routes.stable, 'stable', routes.isSplit ? routes.stableShare : undefined)] : []),
      ...this.arms.flatMap(({ deployment, role, share }) => (deployment ? [view(deployment, role, share)] : [])),
      ...waiting.flatMap(([deployment, role]) => (deployment ? [view(deployment, role)] : [])),
      ...this.#versions.others(),
    ]
  }

  /** What was asked is answered, then every version is freed. */
  async unload(): Promise<void> {
    const [loaded, shadow] = [this.loaded(), this.#shadow]
    this.#routes = undefined
    this.#previous = undefined
    this.#fallback = undefined
    this.#shadow = undefined
    this.#recorder = undefined
    await this.#options.follower?.dropped(this.#options.specOf().name)
    await shadow?.close()
    await Promise.all([...loaded].map((deployment) => this.#versions.release(deployment)))
  }

  async close(): Promise<void> {
    await this.#options.follower?.dropped(this.#options.specOf().name)
    const loaded = this.loaded()
    await this.#shadow?.close()
    this.#routes = undefined
    for (const deployment of loaded) await deployment.close()
  }

  /** The versions that the new stable one shared the traffic with are asked again once it is known which of them stay. */
  #swap(stable: Deployment, before: Deployment | undefined): void {
    this.#routes = new TrafficRoutes({ stable })
    this.#recorder = undefined
    this.#versions.restart(stable)
    if (before) this.#previous = before
  }

  /** @param known - Versions that were loaded when the change began. */
  async #changeRelease(
    stable: Deployment,
    wanted: WantedRelease | undefined,
    known: ReadonlySet<Deployment>,
  ): Promise<void> {
    const arms: Route[] = []
    for (const { registered, role, share } of wanted?.arms ?? []) {
      const loaded = new Set([...this.loaded(), ...known])
      const deployment = await this.#versions.tryLoadBeside(stable, registered, role, loaded)
      if (deployment && !loaded.has(deployment)) this.#versions.restart(deployment)
      arms.push({ deployment, version: registered.version, role, share })
    }
    const { draw, specOf } = this.#options
    const sticky = stickyColumnOf(specOf())
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

  async #changeShadow(wanted: RegisteredVersion | undefined): Promise<void> {
    const current = this.#shadow
    if (current && wanted && isSame(current.deployment.registered, wanted)) return
    this.#shadow = undefined
    await current?.close()
    const deployment = wanted && (await this.#versions.tryLoad(wanted, 'shadow', this.loaded()))
    if (!deployment) return
    this.#versions.restart(deployment)
    this.#shadow = new ShadowLane(deployment, this.#options.log(), () => this.stable?.isIdle ?? true)
  }

  /** Shares may have changed while versions were loaded. */
  async #tellFollower(wanted: WantedVersions): Promise<void> {
    const shares = new Map(this.arms.map(({ version, share }) => [version, share]))
    await this.#options.follower?.changed(this.#options.specOf(), withShares(wanted, shares))
  }

  async #releaseUnwanted(before: ReadonlySet<Deployment>): Promise<void> {
    const loaded = this.loaded()
    for (const deployment of before) if (!loaded.has(deployment)) await this.#versions.release(deployment)
  }
}
