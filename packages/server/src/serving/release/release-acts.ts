import { type ArmFigures, type Decision, RegiaError, type ReleaseFigures, type ReleaseState } from '@regia/core'
import type { ServingDeps } from '../endpoints/endpoint-deps.ts'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { moveChampion } from './champion.ts'
import type { RecordChanges, RecordedArm, ReleaseRecord } from './release-record.ts'
import { releaseFigures } from './release-view.ts'
import { type Broken, inPlay } from './strategies/index.ts'

/** A release with what is known of it, at the moment at which something is done about it. */
export type OpenRelease = {
  readonly gateway: EndpointGateway
  readonly record: ReleaseRecord
  readonly figures: ReadonlyMap<number, ArmFigures>
}

/** Who does it and why, for the history. */
export type Why = Pick<Decision, 'by' | 'reason'>

type Told = Pick<Decision, 'kind'> & Why & { readonly toVersion?: number; readonly fromVersion?: number }

/** What can be done about a release. Each act is kept together with the decision about it; traffic is taken away before, and given after. */
export class ReleaseActs {
  readonly #deps: ServingDeps
  readonly #endpoints: EndpointSet

  constructor(deps: ServingDeps, endpoints: EndpointSet) {
    this.#deps = deps
    this.#endpoints = endpoints
  }

  /** To its next step. */
  async advance({ gateway, record, figures }: OpenRelease, why: Why): Promise<void> {
    const [arm] = record.arms
    if (record.kind !== 'canary' || !record.step || !arm) throw noSteps(record)
    const place = record.step.place + 1
    const percent = record.policy.steps[place]
    if (percent === undefined) throw new Error(`unreachable: release ${record.id} has no step ${place}`)
    const requestsBefore = figures.get(arm.version)?.requestCount ?? 0
    const arms = [{ ...arm, share: percent / 100 }]
    const changes = { arms, state: 'running', step: { place, since: this.#deps.clock(), requestsBefore } } as const
    const told = { kind: 'canary-advanced', toVersion: arm.version, ...why } as const
    const sentence = `Version ${arm.version} gets ${percent} % of the requests.`
    await this.#keep({ gateway, record, figures }, changes, { ...told, reason: `${sentence} ${why.reason}` })
    gateway.setShares(sharesOf(arms))
  }

  /** Shares of a bandit. @param isTold - Whether the log of decisions shall know. */
  async share(open: OpenRelease, shares: ReadonlyMap<number, number>, why: Why, isTold: boolean): Promise<void> {
    const arms = open.record.arms.map((arm) => ({ ...arm, share: shares.get(arm.version) ?? 0 }))
    const percents = arms.map(({ version, share }) => `${version}: ${Math.round(share * 100)} %`).join(', ')
    const told = { kind: 'shares-changed', by: why.by, reason: `Shares of ${percents}. ${why.reason}` } as const
    await this.#keep(open, { arms }, isTold ? told : undefined)
    open.gateway.setShares(sharesOf(arms))
  }

  pause(open: OpenRelease, why: Why): Promise<void> {
    return this.#keep(open, { state: 'paused', reason: why.reason }, { kind: 'paused', ...why })
  }

  /** The step that it is in begins anew. */
  resume(open: OpenRelease, why: Why): Promise<void> {
    const { step } = open.record
    const changes = { state: 'running', ...(step && { step: { ...step, since: this.#deps.clock() } }) } as const
    return this.#keep(open, changes, { kind: 'resumed', ...why })
  }

  /** It waits for a person. */
  recommend(open: OpenRelease, winner: number | undefined, why: Why): Promise<void> {
    const toVersion = winner === undefined ? {} : { winner }
    const told = { kind: 'recommended', ...why, ...(winner !== undefined && { toVersion: winner }) } as const
    return this.#keep(open, { state: 'recommended', reason: why.reason, ...toVersion }, told)
  }

  /** A version of it serves from now on, alone. */
  async promote(open: OpenRelease, version: number, why: Why): Promise<void> {
    const { gateway, record } = open
    await this.#deps.releases.change(record.id, { winner: version, reason: why.reason })
    const release = this.#figures(open)
    const announcement = { kind: 'promoted', ...why, toVersion: version, release } as const
    await moveChampion(this.#endpoints, this.#deps.directory, gateway.spec, version, announcement)
  }

  /** It is over, and the stable version gets everything back, at once. Its versions are not tried again by themselves. */
  async end(
    open: OpenRelease,
    state: Extract<ReleaseState, 'refused' | 'rolled-back' | 'stopped'>,
    why: Why,
  ): Promise<void> {
    const { gateway, record } = open
    gateway.setShares(new Map())
    const { releases, clock } = this.#deps
    const versions = record.arms.map(({ version }) => version)
    const told = {
      kind: state,
      ...why,
      toVersion: record.stableVersion,
      ...(versions.length === 1 && { fromVersion: versions[0]! }),
    }
    const decision = await this.#endpoints.decisions.make(record.endpoint, { ...told, release: this.#figures(open) })
    await releases.transaction(async (connection) => {
      const arms = record.arms.map((arm) => ({ ...arm, share: 0 }))
      await releases.end({ ...record, arms, state, reason: why.reason, endedAt: clock() }, versions, connection)
      await this.#endpoints.decisions.insert(connection, decision)
    })
    this.#endpoints.decisions.published(record.endpoint)
    // A change that was under way may have given the shares of before.
    gateway.setShares(new Map())
    await this.#endpoints.refresh(record.endpoint)
  }

  /** Versions that broke a rule lose their traffic at once; without any other the release is over. */
  async takeOut(open: OpenRelease, broken: readonly Broken[], by: string): Promise<void> {
    const { gateway, record } = open
    const arms = withoutBroken(record.arms, broken)
    const reason = broken.map((each) => `Version ${each.version}: ${each.reason}`).join(' ')
    if (inPlay(arms).length === 0) {
      await this.end(open, 'rolled-back', { by, reason })
      return
    }
    gateway.setShares(sharesOf(arms))
    const [first] = broken
    const told = {
      kind: 'rolled-back',
      by,
      reason,
      fromVersion: first!.version,
      toVersion: record.stableVersion,
    } as const
    await this.#keep(open, { arms }, told, broken)
  }

  async #keep(
    open: OpenRelease,
    changes: RecordChanges,
    told: Told | undefined,
    settled: readonly Broken[] = [],
  ): Promise<void> {
    const { record } = open
    const { releases } = this.#deps
    const { decisions } = this.#endpoints
    const decision = told && (await decisions.make(record.endpoint, { ...told, release: this.#figures(open) }))
    await releases.transaction(async (connection) => {
      await releases.change(record.id, changes, connection)
      await releases.settle(
        record,
        settled.map(({ version }) => version),
        connection,
      )
      if (decision) await decisions.insert(connection, decision)
    })
    if (decision) decisions.published(record.endpoint)
    this.#deps.publish('endpoint', record.endpoint)
  }

  #figures({ record, figures, gateway }: OpenRelease): ReleaseFigures {
    return releaseFigures({ record, figures, failureOf: (version) => gateway.failureOf(version) })
  }
}

/** What versions get, by version; nothing where one broke a rule. */
export const sharesOf = (arms: readonly RecordedArm[]): ReadonlyMap<number, number> =>
  new Map(arms.map(({ version, share, isOut }) => [version, isOut ? 0 : share]))

/** What the broken ones had is shared out among all others, stable version included, in the proportion that they have. */
function withoutBroken(arms: readonly RecordedArm[], broken: readonly Broken[]): readonly RecordedArm[] {
  const isBroken = (version: number): boolean => broken.some((each) => each.version === version)
  const freed = arms.reduce((sum, { version, share }) => sum + (isBroken(version) ? share : 0), 0)
  return arms.map((arm) =>
    isBroken(arm.version)
      ? { ...arm, share: 0, isOut: true }
      : { ...arm, share: arm.share / Math.max(1e-9, 1 - freed) },
  )
}

const noSteps = ({ endpoint, kind }: ReleaseRecord): RegiaError =>
  new RegiaError('CONFLICT', `The ${kind} of endpoint "${endpoint}" has no steps to take.`, {
    where: endpoint,
    hint: 'Promote the version, or stop the release.',
  })
