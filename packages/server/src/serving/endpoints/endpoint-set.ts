import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import {
  BY_REGIA,
  type Decision,
  type EndpointSpec,
  isComposed,
  modelRefsOf,
  RegiaError,
  type ServedEndpointSpec,
  servesModel,
  toIso,
} from '@regia/core'
import { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { parseModelRef, type RegisteredVersion } from '../gateway/model-directory.ts'
import type { WantedVersions } from '../gateway/wanted-versions.ts'
import type { ReleasePlanner } from '../release/release-planner.ts'
import type { ShadowPlanner } from '../release/shadow-planner.ts'
import { assertAskedByNone, unknownModel } from './assert-servable.ts'
import { serveComposition } from './composed-spec.ts'
import type { DecisionLog } from './decision-log.ts'
import type { ServingDeps } from './endpoint-deps.ts'
import { assertModels, foreseeRefusal } from './foresee-refusal.ts'

/** Why the next change of version happens; without one it is a plain deployment. */
export type Announcement = Pick<Decision, 'kind' | 'by' | 'reason'> & {
  readonly toVersion: number
  readonly comparison?: Decision['comparison']
  readonly release?: Decision['release']
}

/** Who keeps the records of what is released at what specs name. */
export type Planners = { readonly releases: ReleasePlanner; readonly shadows: ShadowPlanner }

/** How long one endpoint is loaded before the next one begins as well. */
const PATIENCE_MS = 1_000

/** The endpoints that this process serves, each kept at what its spec names. */
export class EndpointSet {
  readonly decisions: DecisionLog
  /** Told when a version of a release failed so often that it was cut off at once. */
  onTripped: (endpoint: string) => void = () => {}
  readonly #deps: ServingDeps
  readonly #planners: Planners
  readonly #gateways = new Map<string, EndpointGateway>()
  /** One change of an endpoint at a time. */
  readonly #changes = new Map<string, Promise<unknown>>()
  readonly #announced = new Map<string, Announcement>()

  constructor(deps: ServingDeps, decisions: DecisionLog, planners: Planners) {
    this.#deps = deps
    this.decisions = decisions
    this.#planners = planners
  }

  /** Knows every endpoint; none answers before {@link load}. */
  async open(): Promise<void> {
    for (const name of await this.#deps.store.names()) {
      const stored = await this.#deps.store.find(name)
      if (stored && servesModel(stored.spec)) this.#open(stored.spec).isUnloaded = stored.isUnloaded
    }
  }

  /** Serves what was served before the last stop. What cannot be loaded is shown as failed, and does not keep the others from serving. */
  async load(): Promise<void> {
    const loads: Promise<void>[] = []
    for (const gateway of this.all()) {
      const loading = this.refresh(gateway.spec.name).then(() => assertAnswers(gateway))
      const loaded = loading.catch(this.#deps.onError)
      loads.push(loaded)
      // Another server that hangs must not keep the endpoints after it from answering.
      await Promise.race([loaded, sleep(PATIENCE_MS, undefined, { ref: false })])
      // Nothing of it waits for the event loop by itself: with many endpoints nobody else would get a turn.
      await nextTurn()
    }
    await Promise.all(loads)
  }

  find(name: string): EndpointGateway | undefined {
    return this.#gateways.get(name)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  get(name: string): EndpointGateway {
    const gateway = this.#gateways.get(name)
    if (gateway) return gateway
    throw new RegiaError('NOT_FOUND', `There is no endpoint "${name.slice(0, 100)}".`, {
      hint: `There is: ${[...this.#gateways.keys()].slice(0, 10).join(', ') || 'none yet; make one with "regia endpoints create"'}.`,
    })
  }

  all(): readonly EndpointGateway[] {
    return [...this.#gateways.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
  }

  /** Creates or changes an endpoint; answers when what it names serves. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`, and what loading throws. */
  async apply(applied: EndpointSpec): Promise<void> {
    const { directory } = this.#deps
    const get = (name: string) => this.get(name)
    const composed = isComposed(applied) ? await serveComposition(applied, { directory, get }) : applied
    const spec = await assertModels(composed, { directory, findSpec: this.#findSpec })
    await this.#deps.store.put(spec, toIso(this.#deps.clock()))
    const gateway = this.#open(spec)
    gateway.spec = spec
    await this.refresh(spec.name)
    assertAnswers(gateway)
  }

  /** Why {@link apply} would refuse a spec, were it applied with these others; undefined where nothing is seen against it. Changes nothing. */
  foreseeRefusal(spec: EndpointSpec, planned: readonly EndpointSpec[]): Promise<RegiaError | undefined> {
    const { directory } = this.#deps
    const getSpec = (name: string) => this.get(name).spec
    return foreseeRefusal(spec, { planned, directory, findSpec: this.#findSpec, getSpec })
  }

  /** Says why the version of an endpoint is about to change. The reason is used if the change happens, and forgotten if not. */
  async withAnnouncement(name: string, announcement: Announcement, change: () => Promise<void>): Promise<void> {
    this.#announced.set(name, announcement)
    try {
      await change()
      await this.refresh(name)
    } finally {
      this.#announced.delete(name)
    }
  }

  /** An alias of the model moved, or a version came: whoever follows it changes. */
  async modelChanged(model: string): Promise<void> {
    const following = this.all().filter(({ spec }) =>
      modelRefsOf(spec).some((ref) => parseModelRef(ref).model === model),
    )
    for (const { spec } of following) await this.refresh(spec.name).catch(this.#deps.onError)
  }

  /** Brings an endpoint to what its spec names now. */
  refresh(name: string): Promise<void> {
    return this.#change(name, (gateway) => this.#refresh(gateway))
  }

  /** Takes an endpoint out of service until it is put back, also across restarts. @throws RegiaError `NOT_FOUND`. */
  unload(name: string): Promise<void> {
    return this.#change(name, async (gateway) => {
      await this.#deps.store.setUnloaded(name, toIso(this.#deps.clock()))
      await gateway.unload()
      this.#deps.publish('endpoint', name)
    })
  }

  /** Serves again what its spec names. @throws RegiaError `NOT_FOUND`, and what loading throws. */
  putBack(name: string): Promise<void> {
    return this.#change(name, async (gateway) => {
      await this.#deps.store.setUnloaded(name, undefined)
      gateway.isUnloaded = false
      await this.#refresh(gateway)
      assertAnswers(gateway)
    })
  }

  /**
   * Takes an endpoint out of service for good. What was asked is answered; the log of its predictions stays.
   *
   * @throws RegiaError `NOT_FOUND`; `CONFLICT` where another endpoint asks it, whose callers would be refused for no fault of theirs.
   */
  remove(name: string): Promise<void> {
    return this.#change(name, async (gateway) => {
      assertAskedByNone(
        name,
        this.all().map(({ spec }) => spec),
      )
      await this.#deps.store.remove(name)
      this.#gateways.delete(name)
      await gateway.close()
      this.#deps.publish('endpoint', name)
    })
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#changes.values())
    for (const gateway of this.#gateways.values()) await gateway.close()
  }

  readonly #findSpec = (name: string) => this.find(name)?.spec

  async #change(name: string, change: (gateway: EndpointGateway) => Promise<void>): Promise<void> {
    const before = this.#changes.get(name) ?? Promise.resolve()
    const changed = before.catch(() => {}).then(() => change(this.get(name)))
    this.#changes.set(name, changed)
    return changed
  }

  #open(spec: ServedEndpointSpec): EndpointGateway {
    const opened = this.#gateways.get(spec.name)
    if (opened) return opened
    const { log, directory, clock, follower } = this.#deps
    const onTripped = (): void => this.onTripped(spec.name)
    const gateway = new EndpointGateway({ spec, log: log.open(spec.name), directory, clock, follower, onTripped })
    this.#gateways.set(spec.name, gateway)
    return gateway
  }

  async #refresh(gateway: EndpointGateway): Promise<void> {
    const { name } = gateway.spec
    await this.#deps.consumer.follow(gateway.log)
    if (gateway.isUnloaded) return
    const wanted = await this.#wantedVersions(gateway)
    await gateway.change(wanted)
    if (gateway.stable) await this.#recordServed(gateway, gateway.stable.version)
    await this.#planners.shadows.follow(gateway, wanted.shadow)
    if (gateway.recorder) await this.#planners.releases.announce(name)
    this.#deps.publish('endpoint', name)
  }

  async #wantedVersions({ spec }: EndpointGateway): Promise<WantedVersions> {
    const { store, directory } = this.#deps
    const stable = await directory.find(spec.stable)
    if (!stable) throw unknownModel(spec.stable)
    const stored = await store.find(spec.name)
    const previousVersion = stored?.previousVersion
    const previous =
      previousVersion === undefined ? undefined : await directory.find(`${stable.model}@${previousVersion}`)
    const release = await this.#planners.releases.plan(spec, stable)
    const [shadow, fallback] = [await this.#planners.shadows.plan(spec, stable), await this.#fallbackOf(spec)]
    return { stable, previous, release, shadow, fallback }
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async #fallbackOf({ fallback }: ServedEndpointSpec): Promise<RegisteredVersion | undefined> {
    if (!fallback || !('model' in fallback)) return undefined
    const found = await this.#deps.directory.find(fallback.model)
    if (!found) throw unknownModel(fallback.model)
    return found
  }

  async #recordServed(gateway: EndpointGateway, version: number): Promise<void> {
    const { name } = gateway.spec
    const stored = await this.#deps.store.find(name)
    const from = stored?.stableVersion
    if (from === version) return
    const announced = this.#announced.get(name)
    const why =
      announced?.toVersion === version
        ? announced
        : plainDeployment(gateway.spec, version, from === undefined ? 'created' : 'deployed')
    const decision = await this.decisions.make(name, {
      ...why,
      ...(from !== undefined && { fromVersion: from }),
    })
    await this.#deps.store.putServed({ stable: version, previous: from }, decision)
    this.decisions.published(name)
  }
}

/** @throws why the stable version does not answer, where its server or its package is away. */
function assertAnswers({ stable }: EndpointGateway): void {
  if (stable?.failure !== undefined) throw stable.failure
}

const plainDeployment = (spec: ServedEndpointSpec, toVersion: number, kind: 'created' | 'deployed'): Announcement => ({
  kind,
  toVersion,
  by: BY_REGIA,
  reason: kind === 'created' ? `It follows ${spec.stable}.` : `${spec.stable} now means this version.`,
})
