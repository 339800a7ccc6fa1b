import { type PromotionRule, RegiaError, type ShadowComparison } from '@regia/core'
import type { ServingDeps } from '../endpoints/endpoint-deps.ts'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { parseModelRef } from '../gateway/model-directory.ts'
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

const RULE = 'promotion rule'
const PERSON = 'person'

/** Decides which version serves: by the rule of a version in shadow, or by hand. */
export class ReleaseService {
  readonly #deps: ServingDeps
  readonly #endpoints: EndpointSet
  /** The last comparison of each endpoint, until labels or shadow scores come. */
  readonly #compared = new Map<string, Cached>()

  constructor(deps: ServingDeps, endpoints: EndpointSet) {
    this.#deps = deps
    this.#endpoints = endpoints
  }

  /** The scheduler's turn: decides where there is something new to decide on. */
  async turn(): Promise<void> {
    for (const gateway of this.#endpoints.all()) {
      if (gateway.shadow) await this.#decide(gateway).catch(this.#deps.onError)
    }
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

  /** Makes the version in shadow the champion, whatever the rule says. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  async promote(name: string, reason: string | undefined): Promise<void> {
    const gateway = this.#endpoints.get(name)
    const { shadow } = gateway
    if (!shadow) throw nothingInShadow(name)
    await this.#deps.consumer.flush(name)
    const comparison = await this.comparison(gateway)
    await this.#promote(gateway, PERSON, reason ?? 'Promoted by hand.', comparison)
  }

  /** Brings the last champion back; it is still loaded, so that no request waits. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  async rollback(name: string, reason: string | undefined): Promise<void> {
    const gateway = this.#endpoints.get(name)
    const { stable, previous } = gateway
    if (!stable || !previous) throw nothingToRollBackTo(name)
    const pair = { championVersion: previous.version, challengerVersion: stable.version }
    // What was taken back must not be tried again by itself.
    await this.#deps.trials.settle(name, pair, 'refused', this.#deps.clock())
    await this.#moveChampion(gateway, previous.version, {
      kind: 'rolled-back',
      by: PERSON,
      reason: reason ?? `Version ${stable.version} was taken back by hand.`,
      toVersion: previous.version,
    })
  }

  async #decide(gateway: EndpointGateway): Promise<void> {
    const trial = await this.#runningTrial(gateway)
    const comparison = await this.comparison(gateway)
    if (!trial || !comparison) return
    if (comparison.verdict === 'refuse') await this.#refuse(gateway, trial, comparison)
    if (comparison.verdict !== 'promote') return
    if (comparison.rule.automatic) await this.#promote(gateway, RULE, comparison.reason, comparison)
    else if (trial.outcome === 'running') await this.#recommend(gateway, trial)
  }

  /** A protected alias is moved by people alone. */
  async #ruleOf({ spec }: EndpointGateway): Promise<PromotionRule | undefined> {
    const { rule } = spec.shadow ?? {}
    const { model, name, isAlias } = parseModelRef(spec.stable)
    if (!rule?.automatic || !isAlias) return rule
    const isProtected = (await this.#deps.directory.isProtected?.(model, name)) ?? false
    return isProtected ? { ...rule, automatic: false } : rule
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
    await this.#moveChampion(gateway, toVersion, {
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
    await this.#endpoints.addDecision(name, {
      kind: 'refused',
      by: RULE,
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

  async #moveChampion(
    gateway: EndpointGateway,
    version: number,
    why: Parameters<EndpointSet['withAnnouncement']>[1],
  ): Promise<void> {
    const { name, stable } = gateway.spec
    const { model, name: alias, isAlias } = parseModelRef(stable)
    if (!isAlias) throw pinned(name, stable)
    await this.#endpoints.withAnnouncement(name, why, () =>
      this.#deps.directory.moveAlias({ model, alias, version, by: why.by, reason: why.reason }),
    )
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

const nothingInShadow = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has no version in shadow to promote.`, {
    where: name,
    hint: 'Move an alias by hand with "regia models promote MODEL@VERSION --alias champion".',
  })

const nothingToRollBackTo = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has served only one version: there is none to roll back to.`, {
    where: name,
    hint: 'Any registered version can be made champion with "regia models promote".',
  })

const pinned = (name: string, ref: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" is pinned to ${ref}, which does not move.`, {
    where: 'stable',
    hint: 'Apply the endpoint with another version, or let it follow an alias such as MODEL@champion.',
  })
