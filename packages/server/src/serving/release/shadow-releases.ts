import { PROMOTION_RULE, type PromotionRule, type ShadowComparison, type ShadowDifference, toIso } from '@regia/core'
import type { ServingDeps } from '../endpoints/endpoint-deps.ts'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { parseModelRef } from '../gateway/model-directory.ts'
import { parsePredictionId } from '../prediction-log/index.ts'
import { mayMoveByRule, moveChampion } from './champion.ts'
import { compareVersions } from './compare-versions.ts'
import type { Trial } from './trial-store.ts'

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
    const trial = await this.#runningTrial(gateway)
    const comparison = await this.comparison(gateway)
    if (!trial || !comparison) return
    if (comparison.verdict === 'refuse') await this.#refuse(gateway, trial, comparison)
    if (comparison.verdict !== 'promote') return
    if (comparison.rule.automatic) await this.#promote(gateway, PROMOTION_RULE, comparison.reason, comparison)
    else if (trial.outcome === 'running') await this.#recommend(gateway, trial)
  }

  /** The running comparison; undefined where nothing runs in shadow. */
  async comparison(gateway: EndpointGateway): Promise<ShadowComparison | undefined> {
    const trial = await this.#runningTrial(gateway)
    const { stable, shadow } = gateway
    const rule = await this.#ruleOf(gateway)
    if (!trial || !stable || !shadow || !rule) return undefined
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
      startedAt: trial.startedAt,
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
    const { stable, shadow } = gateway
    if (!stable || !shadow) return
    const toVersion = shadow.version
    const pair = { championVersion: stable.version, challengerVersion: toVersion }
    await moveChampion(this.#endpoints, this.#deps.directory, gateway.spec, toVersion, {
      kind: 'promoted',
      by,
      reason,
      toVersion,
      ...(comparison && { comparison }),
    })
    await this.#deps.trials.settle(gateway.spec.name, pair, 'promoted', this.#deps.clock())
  }

  async #refuse(gateway: EndpointGateway, trial: Trial, comparison: ShadowComparison): Promise<void> {
    const { name } = gateway.spec
    await this.#deps.trials.settle(name, trial, 'refused', this.#deps.clock())
    await this.#endpoints.decisions.add(name, {
      kind: 'refused',
      by: PROMOTION_RULE,
      reason: comparison.reason,
      fromVersion: trial.championVersion,
      toVersion: trial.challengerVersion,
      comparison,
    })
    await this.#endpoints.refresh(name)
  }

  async #recommend(gateway: EndpointGateway, trial: Trial): Promise<void> {
    await this.#deps.trials.settle(gateway.spec.name, trial, 'recommended', this.#deps.clock())
    this.#deps.publish('endpoint', gateway.spec.name)
  }

  async #runningTrial({ spec, stable, shadow }: EndpointGateway): Promise<Trial | undefined> {
    if (!stable || !shadow) return undefined
    const pair = { championVersion: stable.version, challengerVersion: shadow.version }
    const trial = await this.#deps.trials.find(spec.name, pair)
    if (trial) return trial.outcome === 'running' || trial.outcome === 'recommended' ? trial : undefined
    // The champion changed under a running challenger: the comparison begins again.
    await this.#deps.trials.start(spec.name, pair, this.#deps.clock())
    return this.#deps.trials.find(spec.name, pair)
  }
}
