import type {
  Decision,
  DecisionListQuery,
  Endpoint,
  LoggedPrediction,
  Page,
  ShadowComparison,
  Traffic,
} from '@regia/core'
import { toIso } from '@regia/core'
import { SLOT_MS } from '../gateway/traffic-ring.ts'
import { type PredictionsQuery, predictionsPage } from '../predictions-page.ts'
import type { ReleaseService } from '../release/release-service.ts'
import type { ServingDeps } from './endpoint-deps.ts'
import type { EndpointSet } from './endpoint-set.ts'
import { trafficOf, viewEndpoint } from './endpoint-view.ts'

export type TrafficPoint = { readonly at: string; readonly versions: readonly Traffic[] }

export type EndpointPageQuery = {
  /** A piece of the name, in any case. */
  readonly search?: string | undefined
  readonly offset: number
  readonly limit: number
}

/** What can be asked about endpoints. */
export class EndpointQueries {
  readonly #deps: ServingDeps
  readonly #endpoints: EndpointSet
  readonly #release: ReleaseService

  constructor(deps: ServingDeps, endpoints: EndpointSet, release: ReleaseService) {
    this.#deps = deps
    this.#endpoints = endpoints
    this.#release = release
  }

  async list(): Promise<readonly Endpoint[]> {
    return Promise.all(this.#endpoints.all().map(({ spec }) => this.get(spec.name)))
  }

  /** Some of those whose name holds a text, in the order of their names: only these are looked at closely. */
  async page({
    search = '',
    offset,
    limit,
  }: EndpointPageQuery): Promise<{ items: readonly Endpoint[]; total: number }> {
    const wanted = search.toLowerCase()
    const names = this.#endpoints.all().map(({ spec }) => spec.name)
    const found = names.filter((name) => name.toLowerCase().includes(wanted))
    const items = await Promise.all(found.slice(offset, offset + limit).map((name) => this.get(name)))
    return { items, total: found.length }
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(name: string): Promise<Endpoint> {
    const gateway = this.#endpoints.get(name)
    const stored = await this.#deps.store.find(name)
    if (!stored) throw new Error(`unreachable: endpoint ${name} serves but is not stored`)
    const counts = await this.#deps.counts.counts(name)
    const watermark = (await this.#deps.counts.findWatermark(name))?.at
    const comparison = await this.#release.comparison(gateway)
    const release = gateway.recorder && (await this.#release.running(name))
    const processes = this.#deps.follower?.processesOf(name)
    const now = this.#deps.clock()
    return viewEndpoint({ gateway, stored, counts, watermark, comparison, release, processes, now })
  }

  /** The running comparison, else the one on which the last decision was taken. @throws RegiaError `NOT_FOUND`. */
  async comparison(name: string): Promise<ShadowComparison | undefined> {
    const running = await this.#release.comparison(this.#endpoints.get(name))
    if (running) return running
    const { items } = await this.#deps.store.decisions(name, { limit: 100 })
    return items.find(({ comparison }) => comparison)?.comparison
  }

  /** Newest first. @throws RegiaError `NOT_FOUND`. */
  decisions(name: string, query: DecisionListQuery): Promise<Page<Decision>> {
    this.#endpoints.get(name)
    return this.#deps.store.decisions(name, query)
  }

  /** Newest first. @throws RegiaError `NOT_FOUND`. */
  async predictions(name: string, query: PredictionsQuery): Promise<Page<LoggedPrediction>> {
    const { log } = this.#endpoints.get(name)
    await this.#deps.consumer.flush(name)
    return predictionsPage(log, this.#deps.counts, query)
  }

  /** One point per slot of five seconds, oldest first. @throws RegiaError `NOT_FOUND`. */
  traffic(name: string, minutes: number): readonly TrafficPoint[] {
    const gateway = this.#endpoints.get(name)
    const now = this.#deps.clock()
    return gateway.traffic.slots(now - minutes * 60_000, now).map(({ at, byVersion }) => ({
      at: toIso(at),
      versions: trafficOf(gateway, byVersion, SLOT_MS),
    }))
  }

  /** Of the last finished slots, oldest first: what a sparkline shows. @throws RegiaError `NOT_FOUND`. */
  requestsPerSecond(name: string, minutes: number): readonly number[] {
    const points = this.traffic(name, minutes).slice(0, -1)
    return points.map(({ versions }) => versions.reduce((sum, traffic) => sum + traffic.requestsPerSecond, 0))
  }
}
