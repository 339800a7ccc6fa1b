import {
  PROMOTION_RULE,
  type PromotionRule,
  type Release,
  type ShadowComparison,
  type ShadowDifference,
  toIso,
} from '@regia/core'
import type { ServingDeps } from '../endpoints/endpoint-deps.ts'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { parseModelRef } from '../gateway/model-directory.ts'
import { parsePredictionId } from '../prediction-log/index.ts'
import { mayMoveByRule, moveChampion } from './champion.ts'
import { compareVersions } from './compare-versions.ts'
import { nothingToPromote } from './refusals.ts'
import type { ShadowRelease } from './release-record.ts'
import { shadowFigures, viewShadow } from './shadow-view.ts'

type Cached = {
  readonly key: string
  readonly versions: string
  readonly comparison: ShadowComparison
  /** Before this, in `performance.now()`, it is not made anew. */
  readonly freshUntil: number
}

/** Comparing sorts thousands of scores on the thread that answers requests: it may take a tenth of its time. */
const REST_PER_WORK = 10

/** Versions in shadow: compares them with what serves, and lets the rule decide. */
export class ShadowReleases {
  readonly #deps: ServingDeps
  readonly #endpoints: EndpointSet
  /** The last comparison of each endpoint, until labels or shadow scores come. */
  readonly #compared = new Map<string, Cached>()

  constructor(deps: ServingDeps, endpoints: EndpointSet) {
    this.#deps = deps
    this.#endpoints = endpoints
  }

  /** Decides where there is something new to decide on. */
  async look(gateway: EndpointGateway): Promise<void> {
    const open = await this.#findOpen(gateway)
    const comparison = await this.comparison(gateway)
    if (!open || !comparison) return
    if (comparison.verdict === 'refuse') await this.#refuse(open, comparison)
    if (comparison.verdict !== 'promote') return
    if (comparison.rule.automatic) await this.#promote(gateway, PROMOTION_RULE, comparison.reason, comparison)
    else if (open.state === 'running') await this.#recommend(open, comparison)
  }

  /** As the API shows releases; while it runs with what is known now. */
  async view(record: ShadowRelease): Promise<Release> {
    const gateway = record.endedAt === undefined ? this.#endpoints.find(record.endpoint) : undefined
    return viewShadow(record, gateway && (await this.comparison(gateway)))
  }

  /** The running comparison; undefined where nothing runs in shadow. */
  async comparison(gateway: EndpointGateway): Promise<ShadowComparison | undefined> {
    const open = await this.#findOpen(gateway)
    const { stable, shadow } = gateway
    const rule = await this.#ruleOf(gateway)
    if (!open || !stable || !shadow || !rule) return undefined
    const { name } = gateway.spec
    const revision = this.#deps.consumer.outcomeRevision(name)
    const versions = JSON.stringify([stable.version, shadow.version, rule])
    const key = `${revision} ${versions}`
    const cached = this.#compared.get(name)
    const begunAt = performance.now()
    const isFresh = cached?.versions === versions && begunAt < cached.freshUntil
    if (cached && (cached.key === key || isFresh)) return cached.comparison
    const comparison = await compareVersions(this.#deps.pairs, {
      endpoint: name,
      champion: stable.registered,
      challenger: shadow.registered,
      rule,
      startedAt: open.startedAt,
    })
    const endedAt = performance.now()
    this.#compared.set(name, { key, versions, comparison, freshUntil: endedAt + (endedAt - begunAt) * REST_PER_WORK })
    return comparison
  }

  /** Makes the version in shadow the champion, whatever the rule says. @throws RegiaError `CONFLICT`. */
  async promote(gateway: EndpointGateway, by: string, reason: string): Promise<void> {
    await this.#promote(gateway, by, reason, await this.comparison(gateway))
  }

  /** Requests of late that champion and challenger answer most differently, with their rows. Empty where nothing runs in shadow. */
  async differences(
    { spec, stable, shadow, log }: EndpointGateway,
    limit: number,
  ): Promise<readonly ShadowDifference[]> {
    if (!stable || !shadow) return []
    const versions = { endpoint: spec.name, championVersion: stable.version, challengerVersion: shadow.version }
    const pairs = await this.#deps.pairs.largestDifferences(versions, limit)
    return pairs.flatMap(({ eventAt, actual, ...pair }) => {
      const place = parsePredictionId(pair.predictionId)
      const row = place && log.findPrediction(place)?.row
      return row ? [{ ...pair, at: toIso(eventAt), row, ...(actual !== undefined && { actual }) }] : []
    })
  }

  /** A protected alias is moved by people alone. */
  async #ruleOf({ spec }: EndpointGateway): Promise<PromotionRule | undefined> {
    const { rule } = spec.shadow ?? {}
    if (!rule?.automatic || parseModelRef(spec.stable).isAlias === false) return rule
    return (await mayMoveByRule(spec, this.#deps.directory)) ? rule : { ...rule, automatic: false }
  }

  async #promote(
    gateway: EndpointGateway,
    by: string,
    reason: string,
    comparison: ShadowComparison | undefined,
  ): Promise<void> {
    const open = await this.#findOpen(gateway)
    if (!open) throw nothingToPromote(gateway.spec.name)
    const { releases, directory } = this.#deps
    const toVersion = open.arms[0].version
    const promoted = {
      ...open,
      winner: toVersion,
      reason,
      ...(comparison && { comparison, verdict: comparison.verdict }),
    }
    await releases.putShadow(promoted)
    try {
      await moveChampion(this.#endpoints, directory, gateway.spec, toVersion, {
        ...{ kind: 'promoted', by, reason, toVersion, release: shadowFigures(promoted, comparison) },
        ...(comparison && { comparison }),
      })
    } catch (error) {
      await releases.putShadow(open)
      throw error
    }
  }

  async #refuse(open: ShadowRelease, comparison: ShadowComparison): Promise<void> {
    const { releases, clock } = this.#deps
    const { decisions } = this.#endpoints
    const { endpoint, stableVersion, arms } = open
    const { reason, verdict } = comparison
    const refused = { ...open, state: 'refused', endedAt: clock(), comparison, verdict, reason } as const
    const decision = await decisions.make(endpoint, {
      ...{ kind: 'refused', by: PROMOTION_RULE, reason, fromVersion: stableVersion, toVersion: arms[0].version },
      ...{ comparison, release: shadowFigures(refused, comparison) },
    })
    await releases.transaction(async (connection) => {
      await releases.end(refused, [arms[0].version], connection)
      await decisions.insert(connection, decision)
    })
    decisions.published(endpoint)
    await this.#endpoints.refresh(endpoint)
  }

  async #recommend(open: ShadowRelease, comparison: ShadowComparison): Promise<void> {
    const { endpoint, stableVersion, arms } = open
    const { reason, verdict } = comparison
    const winner = arms[0].version
    await this.#deps.releases.putShadow({ ...open, state: 'recommended', winner, verdict, reason, comparison })
    await this.#endpoints.decisions.add(endpoint, {
      ...{ kind: 'recommended', by: PROMOTION_RULE, reason, fromVersion: stableVersion, toVersion: winner },
      ...{ comparison, release: shadowFigures(open, comparison) },
    })
    this.#deps.publish('endpoint', endpoint)
  }

  /** The record of the two that are compared now. */
  async #findOpen({ spec, stable, shadow }: EndpointGateway): Promise<ShadowRelease | undefined> {
    if (!stable || !shadow) return undefined
    const open = await this.#deps.releases.findShadow(spec.name)
    const isSame = open?.stableVersion === stable.version && open.arms[0].version === shadow.version
    return isSame ? open : undefined
  }
}
