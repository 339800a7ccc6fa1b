import {
  isOpenRelease,
  type Page,
  type PageQuery,
  RELEASE_RULE,
  RegiaError,
  type Release,
  type ShadowComparison,
  type ShadowDifference,
} from '@regia/core'
import type { ServingDeps } from '../endpoints/endpoint-deps.ts'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { mayMoveByRule, moveChampion } from './champion.ts'
import { noRelease, nothingToPromote, nothingToRetry, nothingToRollBackTo, otherState } from './refusals.ts'
import { type OpenRelease, ReleaseActs, sharesOf, type Why } from './release-acts.ts'
import type { KeptRelease, ReleaseRecord } from './release-record.ts'
import { viewRelease } from './release-view.ts'
import { ShadowReleases } from './shadow-releases.ts'
import { type Act, type Look, lookAt } from './strategies/index.ts'
import { Turns } from './turns.ts'

const PERSON = 'person'

/** Decides which version serves: by the rules of a release, or by hand. */
export class ReleaseService {
  readonly #deps: ServingDeps
  readonly #endpoints: EndpointSet
  readonly #shadows: ShadowReleases
  readonly #acts: ReleaseActs
  /** One look or act at a time for each endpoint. */
  readonly #turns = new Turns()

  constructor(deps: ServingDeps, endpoints: EndpointSet) {
    this.#deps = deps
    this.#endpoints = endpoints
    this.#shadows = new ShadowReleases(deps, endpoints)
    this.#acts = new ReleaseActs(deps, endpoints)
    // The version is cut off already; the record of it, with its figures, follows.
    endpoints.onTripped = (name) => void this.look(name).catch(deps.onError)
  }

  /** The scheduler's turn: decides where there is something new to decide on. */
  async turn(): Promise<void> {
    for (const gateway of this.#endpoints.all()) {
      const { name } = gateway.spec
      if (gateway.shadow) await this.#turns.take(name, () => this.#shadows.look(gateway)).catch(this.#deps.onError)
      // Whatever shares the traffic is counted: without a recorder there is no release to look at.
      else if (gateway.recorder) await this.look(name).catch(this.#deps.onError)
    }
  }

  /** Keeps what was counted since the last look. */
  async close(): Promise<void> {
    for (const { spec, recorder } of this.#endpoints.all()) {
      if (recorder) await this.#turns.take(spec.name, () => this.#open(spec.name)).catch(this.#deps.onError)
    }
  }

  /** Counts what came since the last look at an endpoint's release, and does what its policy asks for. */
  look(name: string): Promise<void> {
    return this.#turns.take(name, async () => {
      const open = await this.#open(name)
      if (!open) return
      const { changes, act } = await this.#ask(open)
      const record = await this.#deps.releases.change(open.record.id, keptOf(open.record, changes))
      if (!record) return
      restoreShares(open.gateway, record)
      await this.#do({ ...open, record }, act)
    })
  }

  /** The running comparison; undefined where nothing runs in shadow. */
  comparison(gateway: EndpointGateway): Promise<ShadowComparison | undefined> {
    return this.#shadows.comparison(gateway)
  }

  /** Requests of late that champion and challenger answer most differently. @throws RegiaError `NOT_FOUND`. */
  differences(name: string, limit: number): Promise<readonly ShadowDifference[]> {
    return this.#shadows.differences(this.#endpoints.get(name), limit)
  }

  /** The open release. */
  async running(name: string): Promise<Release | undefined> {
    const record = await this.#deps.releases.findOpen(name)
    return record && this.#view(record)
  }

  /** The open release, else the last one. @throws RegiaError `NOT_FOUND`. */
  async latest(name: string): Promise<Release | undefined> {
    return (await this.list(name, { limit: 1 })).items[0]
  }

  /** Newest first. @throws RegiaError `NOT_FOUND`. */
  async list(name: string, query: PageQuery): Promise<Page<Release>> {
    this.#endpoints.get(name)
    const page = await this.#deps.releases.list(name, query)
    return { ...page, items: await Promise.all(page.items.map((record) => this.#view(record))) }
  }

  /** Makes a version of the release, or the one in shadow, the champion, whatever the rules say. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  async promote(name: string, reason: string | undefined, version?: number): Promise<void> {
    const gateway = this.#endpoints.get(name)
    await this.#deps.consumer.flush(name)
    const why: Why = { by: PERSON, reason: reason ?? 'Promoted by hand.' }
    await this.#turns.take(name, async () => {
      const open = await this.#open(name)
      if (open) await this.#promote(open, chosenArm(open.record, version), why)
      else if (gateway.shadow) await this.#shadows.promote(gateway, PERSON, why.reason)
      else throw nothingToPromote(name)
    })
  }

  /** Gives everything back to the stable version; without a release brings the last champion back. Both at once. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  async rollback(name: string, reason: string | undefined): Promise<void> {
    const gateway = this.#endpoints.get(name)
    // Traffic first: what is to be written may wait for a turn that is under way.
    gateway.setShares(new Map())
    await this.#turns.take(name, async () => {
      const open = await this.#open(name)
      if (!open) return this.#bringBack(gateway, reason)
      const versions = open.record.arms.map(({ version }) => version).join(', ')
      const why = { by: PERSON, reason: reason ?? `Version ${versions} was taken back by hand.` }
      return this.#acts.end(open, 'rolled-back', why)
    })
  }

  /** @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  pause(name: string, reason: string | undefined): Promise<void> {
    return this.#byHand(name, 'running', (open) =>
      this.#acts.pause(open, { by: PERSON, reason: reason ?? 'Paused by hand.' }),
    )
  }

  /** @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  resume(name: string, reason: string | undefined): Promise<void> {
    return this.#byHand(name, 'paused', (open) =>
      this.#acts.resume(open, { by: PERSON, reason: reason ?? 'Resumed by hand.' }),
    )
  }

  /** To the next step, without waiting; from the last one it is promoted. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  advance(name: string, reason: string | undefined): Promise<void> {
    return this.#byHand(name, undefined, (open) => this.#advance(open, { by: PERSON, reason: reason ?? 'By hand.' }))
  }

  /** Ends the release; the stable version gets everything. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  stop(name: string, reason: string | undefined): Promise<void> {
    return this.#byHand(name, undefined, (open) =>
      this.#acts.end(open, 'stopped', { by: PERSON, reason: reason ?? 'Stopped by hand.' }),
    )
  }

  /** Tries the versions of the last release once more, which was refused, stopped or taken back. @throws RegiaError `CONFLICT`, `NOT_FOUND`. */
  async retry(name: string): Promise<void> {
    const [last] = (await this.#deps.releases.list(name, { limit: 1 })).items
    this.#endpoints.get(name)
    if (!last || last.state === 'promoted' || isOpenRelease(last.state)) throw nothingToRetry(name)
    await this.#deps.releases.unsettle(last)
    await this.#endpoints.refresh(name)
  }

  async #byHand(
    name: string,
    state: 'running' | 'paused' | undefined,
    act: (open: OpenRelease) => Promise<void>,
  ): Promise<void> {
    this.#endpoints.get(name)
    await this.#turns.take(name, async () => {
      const open = await this.#open(name)
      if (!open) throw noRelease(name)
      if (state !== undefined && open.record.state !== state) throw otherState(open.record, state)
      await act(open)
    })
  }

  /** The open release with everything that was counted until now. */
  async #open(name: string): Promise<OpenRelease | undefined> {
    const gateway = this.#endpoints.get(name)
    const record = await this.#deps.releases.findOpen(name)
    if (!record) return undefined
    await this.#keepCounts(gateway, record)
    return { gateway, record, figures: await this.#deps.figures.figures(record) }
  }

  async #keepCounts({ recorder }: EndpointGateway, { id }: ReleaseRecord): Promise<void> {
    if (recorder?.id !== id) return
    const taken = recorder.take()
    try {
      await this.#deps.figures.add(id, taken)
    } catch (error) {
      recorder.giveBack(taken)
      throw error
    }
  }

  async #ask({ record, figures, gateway }: OpenRelease): Promise<Look> {
    const pulls = record.kind === 'bandit' ? await this.#deps.figures.pulls(record.id) : new Map()
    const checksPassed = await this.#checksOf(record)
    const units = gateway.recorder?.assignedUnits() ?? new Map()
    return lookAt({ record, figures, pulls, units, now: this.#deps.clock(), checksPassed })
  }

  async #checksOf({ kind, policy, stable, arms }: ReleaseRecord): Promise<boolean | undefined> {
    if (kind !== 'canary' || !('promoteWhen' in policy) || !policy.promoteWhen.checks) return undefined
    const model = stable.split('@')[0] ?? ''
    return this.#deps.directory.hasPassedChecks?.(model, arms[0]!.version)
  }

  /** Rules are looked at in every state; what a person is asked about is theirs to decide. */
  async #do(open: OpenRelease, act: Act): Promise<void> {
    const { state, reason, policy } = open.record
    if (act.kind === 'take-out') return this.#acts.takeOut(open, act.broken, RELEASE_RULE)
    if (state !== 'running') return
    const why: Why = { by: RELEASE_RULE, reason }
    switch (act.kind) {
      case 'wait':
        return
      case 'pause':
        return this.#acts.pause(open, why)
      case 'share':
        return this.#acts.share(open, act.shares, why, act.isTold)
      case 'advance':
        return policy.automatic ? this.#advance(open, why) : this.#acts.recommend(open, undefined, why)
      case 'conclude':
        return this.#conclude(open, act.winner, why)
    }
  }

  async #conclude(open: OpenRelease, winner: number, why: Why): Promise<void> {
    const { record, gateway } = open
    const mayMove = record.policy.automatic && (await mayMoveByRule(gateway.spec, this.#deps.directory))
    if (!mayMove) return this.#acts.recommend(open, winner, why)
    return this.#promote(open, winner, why)
  }

  /** The stable version wins by staying what it is. */
  #promote(open: OpenRelease, version: number, why: Why): Promise<void> {
    if (version === open.record.stableVersion) return this.#acts.end(open, 'refused', why)
    return this.#acts.promote(open, version, why)
  }

  #advance(open: OpenRelease, why: Why): Promise<void> {
    const { record } = open
    const isLast = record.kind === 'canary' && record.step?.place === record.policy.steps.length - 1
    return isLast ? this.#promote(open, record.arms[0]!.version, why) : this.#acts.advance(open, why)
  }

  async #bringBack(gateway: EndpointGateway, reason: string | undefined): Promise<void> {
    const { stable, previous, spec } = gateway
    const { name } = spec
    if (!stable || !previous) throw nothingToRollBackTo(name)
    // What was taken back must not be tried again by itself.
    await this.#deps.releases.settleByHand(name, stable.version)
    await moveChampion(this.#endpoints, this.#deps.directory, spec, previous.version, {
      kind: 'rolled-back',
      by: PERSON,
      reason: reason ?? `Version ${stable.version} was taken back by hand.`,
      toVersion: previous.version,
    })
  }

  async #view(record: KeptRelease): Promise<Release> {
    if (record.kind === 'shadow') return this.#shadows.view(record)
    const gateway = this.#endpoints.find(record.endpoint)
    const figures = await this.#deps.figures.figures(record)
    return viewRelease({ record, figures, failureOf: (version) => gateway?.failureOf(version) })
  }
}

/** A change of versions that was under way when shares changed may have set those of before. */
function restoreShares(gateway: EndpointGateway, { arms }: ReleaseRecord): void {
  const shares = sharesOf(arms)
  if (gateway.arms.some(({ version, share }) => shares.get(version) !== share)) gateway.setShares(shares)
}

/** What stands still keeps its words and figures, for whoever is asked about it; only its rules go on. */
const keptOf = ({ state, rules }: ReleaseRecord, changes: Look['changes']): Look['changes'] =>
  state === 'running' ? changes : { rules: changes.rules ?? rules }

/** The version that is meant: the one that is named, else the winner, else the only one. */
function chosenArm({ arms, winner, endpoint, stableVersion }: ReleaseRecord, version: number | undefined): number {
  const meant = version ?? winner ?? (arms.length === 1 ? arms[0]!.version : undefined)
  if (meant !== undefined && (meant === stableVersion || arms.some((arm) => arm.version === meant))) return meant
  const versions = arms.map((arm) => arm.version).join(', ')
  throw new RegiaError('CONFLICT', `The release of endpoint "${endpoint}" has several versions: ${versions}.`, {
    where: 'version',
    hint: 'Name the one that shall serve.',
  })
}
