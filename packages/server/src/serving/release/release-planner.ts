import {
  BY_REGIA,
  canonicalJson,
  type EndpointSpec,
  isOpenRelease,
  type ReleaseState,
  type ServedEndpointSpec,
  toIso,
} from '@regia/core'
import type { DecisionLog } from '../endpoints/decision-log.ts'
import type { RegisteredVersion } from '../gateway/model-directory.ts'
import type { WantedRelease } from '../gateway/wanted-versions.ts'
import type { ReleaseDeps } from './release-deps.ts'
import type { KindOfRelease, RecordChanges, RecordedArm, ReleaseRecord } from './release-record.ts'
import { releaseFigures } from './release-view.ts'
import { plannedArms, policyOf, restartsOnChange, roleOf } from './strategies/index.ts'

type FoundArm = RecordedArm & { readonly registered: RegisteredVersion }
type Ending = { readonly state: Extract<ReleaseState, 'promoted' | 'stopped'>; readonly reason: string }

const STARTED = { canary: 'canary-started', experiment: 'experiment-started', bandit: 'bandit-started' } as const

/** Keeps the record of an endpoint's release at what its spec names: begins one, follows a changed policy, ends one that is no longer meant. */
export class ReleasePlanner {
  readonly #deps: ReleaseDeps
  readonly #decisions: DecisionLog

  constructor(deps: ReleaseDeps, decisions: DecisionLog) {
    this.#deps = deps
    this.#decisions = decisions
  }

  /** What shall share the traffic with the stable version. */
  async plan(spec: ServedEndpointSpec, stable: RegisteredVersion): Promise<WantedRelease | undefined> {
    const wanted = policyOf(spec)
    const open = await this.#deps.releases.findOpen(spec.name)
    if (open) {
      const now = wanted ? await this.#findArms(spec, stable, wanted, open) : []
      const ending = endingOf(open, wanted, now, stable)
      if (!ending) return wantedRelease(await this.#follow(open, wanted), now)
      await this.#end(open, ending)
    }
    const arms = wanted ? await this.#findArms(spec, stable, wanted, undefined) : []
    if (!wanted || arms.length === 0) return undefined
    return wantedRelease(await this.#start(spec, stable, wanted, arms), arms)
  }

  /** Writes into the log of decisions that a release began, once its versions are loaded. */
  async announce(endpoint: string): Promise<void> {
    const open = await this.#deps.releases.findOpen(endpoint)
    if (!open || open.isAnnounced) return
    const decision = await this.#decisions.make(endpoint, {
      kind: STARTED[open.kind],
      by: BY_REGIA,
      fromVersion: open.stableVersion,
      ...(open.arms.length === 1 && { toVersion: open.arms[0]!.version }),
      reason: beginning(open),
    })
    await this.#deps.releases.transaction(async (connection) => {
      await this.#deps.releases.change(open.id, { isAnnounced: true }, connection)
      await this.#decisions.insert(connection, decision)
    })
    this.#decisions.published(endpoint)
  }

  /** A version is tried from the moment it is named until its fate is sealed. All that the policy names must be there. */
  async #findArms(
    { name }: EndpointSpec,
    stable: RegisteredVersion,
    wanted: KindOfRelease,
    open: ReleaseRecord | undefined,
  ): Promise<readonly FoundArm[]> {
    const { directory, releases } = this.#deps
    const found: FoundArm[] = []
    for (const { model, share } of plannedArms(wanted)) {
      const registered = await directory.find(model)
      if (!registered) return []
      const { version } = registered
      const before = open?.arms.find((arm) => arm.version === version)
      if (version === stable.version || found.some((arm) => arm.version === version)) continue
      if (!before && (await releases.isSettled(name, version))) continue
      found.push({ version, model, share, ...before, registered })
    }
    return found
  }

  async #start(
    spec: ServedEndpointSpec,
    stable: RegisteredVersion,
    wanted: KindOfRelease,
    arms: readonly FoundArm[],
  ): Promise<ReleaseRecord> {
    const { clock, newId, releases } = this.#deps
    const [id, startedAt] = [newId('release'), clock()]
    const scoreEdges = await this.#scoreEdges(stable)
    const record: ReleaseRecord = {
      ...wanted,
      ...{ id, endpoint: spec.name, state: 'running', stable: spec.stable, stableVersion: stable.version },
      arms: arms.map(({ version, model, share }) => ({ version, model, share })),
      salt: id,
      ...(scoreEdges && { scoreEdges }),
      startedAt,
      ...(wanted.kind === 'canary' && { step: { place: 0, since: startedAt, requestsBefore: 0 } }),
      ...{ rules: [], verdict: 'wait', reason: 'It has just begun.', isAnnounced: false },
    }
    await releases.start(record)
    return record
  }

  /** Scores of a regression have no bins of their own: the training scores' quantiles. */
  async #scoreEdges({ model, version, package: manifest }: RegisteredVersion): Promise<readonly number[] | undefined> {
    if (manifest.signature.task !== 'regression') return undefined
    const edges = (await this.#deps.findFacts(model, version))?.reference?.profile.scoreEdges
    return edges && edges.length > 0 ? edges : undefined
  }

  async #follow(open: ReleaseRecord, wanted: KindOfRelease | undefined): Promise<ReleaseRecord> {
    if (!wanted || canonicalJson(wanted.policy) === canonicalJson(open.policy)) return open
    const changes = { policy: wanted.policy, ...changedSteps(open, wanted, this.#deps.clock()) }
    return (await this.#deps.releases.change(open.id, changes)) ?? open
  }

  async #end(open: ReleaseRecord, { state, reason }: Ending): Promise<void> {
    const { releases, figures, clock } = this.#deps
    const record: ReleaseRecord = { ...open, state, reason, endedAt: clock() }
    const settled = state === 'promoted' ? open.arms.map(({ version }) => version) : []
    // A promotion is told by the change of version itself, with its figures.
    const decision =
      state === 'stopped'
        ? await this.#decisions.make(open.endpoint, {
            ...{ kind: 'stopped', by: BY_REGIA, reason, toVersion: open.stableVersion },
            release: releaseFigures({ record, figures: await figures.figures(open) }),
          })
        : undefined
    await releases.transaction(async (connection) => {
      await releases.end(record, settled, connection)
      if (decision) await this.#decisions.insert(connection, decision)
    })
    if (decision) this.#decisions.published(open.endpoint)
  }
}

/** Why an open release ends; undefined where it goes on. */
function endingOf(
  open: ReleaseRecord,
  wanted: KindOfRelease | undefined,
  arms: readonly FoundArm[],
  stable: RegisteredVersion,
): Ending | undefined {
  const { version } = stable
  if (open.arms.some((arm) => arm.version === version)) {
    const reason = open.winner === version ? open.reason : `${open.stable} was moved to version ${version} by hand.`
    return { state: 'promoted', reason }
  }
  const stopped = (reason: string): Ending => ({ state: 'stopped', reason })
  if (open.stableVersion !== version) return stopped(`Version ${version} serves now: what was compared is over.`)
  if (wanted?.kind !== open.kind) return stopped('The endpoint no longer names it.')
  const isSame = arms.length === open.arms.length && arms.every((arm, i) => arm.version === open.arms[i]!.version)
  if (!isSame) return stopped('The endpoint names other versions now.')
  const isChanged = canonicalJson(wanted.policy) !== canonicalJson(open.policy)
  return isChanged && restartsOnChange(open.kind) ? stopped('Its policy was changed: it begins anew.') : undefined
}

/** Steps that changed under a canary: it stays at its place, with the share that it has there now. */
function changedSteps(open: ReleaseRecord, wanted: KindOfRelease, now: number): RecordChanges {
  if (wanted.kind !== 'canary' || !open.step) return {}
  const place = Math.min(open.step.place, wanted.policy.steps.length - 1)
  const share = wanted.policy.steps[place]! / 100
  const isSame = share === open.arms[0]!.share && place === open.step.place
  if (isSame) return {}
  return { arms: open.arms.map((arm) => ({ ...arm, share })), step: { ...open.step, place, since: now } }
}

function wantedRelease(record: ReleaseRecord, found: readonly FoundArm[]): WantedRelease | undefined {
  if (!isOpenRelease(record.state)) return undefined
  const { consecutiveFailures, invalidAnswers } = record.policy.rollbackWhen
  return {
    id: record.id,
    salt: record.salt,
    arms: found.map(({ registered }, i) => ({
      registered,
      role: roleOf(record.kind),
      share: record.arms[i]!.isOut ? 0 : record.arms[i]!.share,
    })),
    scoreEdges: record.scoreEdges,
    guard: { consecutiveFailures, invalidAnswers },
  }
}

function beginning({ kind, arms, stableVersion, startedAt }: ReleaseRecord): string {
  const [first] = arms
  const share = `${Math.round((first?.share ?? 0) * 1000) / 10} %`
  if (kind === 'canary' && first)
    return `Version ${first.version} gets ${share} of the requests beside ${stableVersion}.`
  const all = arms.map(({ version }) => version).join(', ')
  const subject = arms.length === 1 ? `Version ${all} shares` : `Versions ${all} share`
  return `${subject} the requests with ${stableVersion} since ${toIso(startedAt)}.`
}
