import { BY_REGIA, canonicalJson, type ServedEndpointSpec } from '@regia/core'
import type { DecisionLog } from '../endpoints/decision-log.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { RegisteredVersion } from '../gateway/model-directory.ts'
import type { ReleaseDeps } from './release-deps.ts'
import type { ShadowRelease } from './release-record.ts'
import { shadowFigures } from './shadow-view.ts'

type Ending = { readonly state: 'promoted' | 'stopped'; readonly reason: string }

/** Keeps the record of what an endpoint has in shadow at what its spec names: begins one, follows a changed rule, ends one that is no longer meant. */
export class ShadowPlanner {
  readonly #deps: ReleaseDeps
  readonly #decisions: DecisionLog

  constructor(deps: ReleaseDeps, decisions: DecisionLog) {
    this.#deps = deps
    this.#decisions = decisions
  }

  /** What shall run in shadow: a challenger does from the moment it is named until its fate is sealed. */
  async plan({ name, shadow }: ServedEndpointSpec, stable: RegisteredVersion): Promise<RegisteredVersion | undefined> {
    const { directory, releases } = this.#deps
    const challenger = shadow && (await directory.find(shadow.model))
    if (!challenger || challenger.version === stable.version) return undefined
    return (await releases.isSettledShadow(name, challenger.version)) ? undefined : challenger
  }

  /** Once what is wanted has been loaded, as far as it could be. */
  async follow({ spec, stable, shadow }: EndpointGateway, wanted: RegisteredVersion | undefined): Promise<void> {
    if (!stable) return
    const open = await this.#deps.releases.findShadow(spec.name)
    const ending = open && endingOf(open, stable.version, wanted?.version)
    if (open && !ending) return this.#keep(open, spec)
    if (open && ending) await this.#end(open, ending)
    if (wanted && shadow?.version === wanted.version) await this.#start(spec, stable.version, wanted.version)
  }

  async #start(spec: ServedEndpointSpec, stableVersion: number, version: number): Promise<void> {
    const { shadow: policy, name: endpoint, stable } = spec
    if (!policy) return
    const { clock, newId, releases } = this.#deps
    const { model } = policy
    const reason = `Version ${version} became ${model}; it answers beside version ${stableVersion}, unseen.`
    const record: ShadowRelease = {
      ...{ kind: 'shadow', policy, id: newId('release'), endpoint, state: 'running', stable, stableVersion },
      arms: [{ version, model, share: 0 }],
      ...{ startedAt: clock(), verdict: 'waiting', reason },
    }
    await releases.start(record)
    const told = {
      kind: 'shadow-started',
      by: BY_REGIA,
      reason,
      fromVersion: stableVersion,
      toVersion: version,
    } as const
    await this.#decisions.add(endpoint, told)
  }

  async #keep(open: ShadowRelease, { shadow: policy }: ServedEndpointSpec): Promise<void> {
    if (!policy || canonicalJson(policy) === canonicalJson(open.policy)) return
    await this.#deps.releases.putShadow({ ...open, policy })
  }

  async #end(open: ShadowRelease, { state, reason }: Ending): Promise<void> {
    const { releases, clock } = this.#deps
    const record: ShadowRelease = { ...open, state, reason, endedAt: clock() }
    // A promotion is told by the change of version itself, with its figures.
    const decision =
      state === 'stopped'
        ? await this.#decisions.make(open.endpoint, {
            ...{
              kind: 'stopped',
              by: BY_REGIA,
              reason,
              fromVersion: open.arms[0].version,
              toVersion: open.stableVersion,
            },
            release: shadowFigures(open, undefined),
          })
        : undefined
    await releases.transaction(async (connection) => {
      await releases.end(record, state === 'promoted' ? [open.arms[0].version] : [], connection)
      if (decision) await this.#decisions.insert(connection, decision)
    })
    if (decision) this.#decisions.published(open.endpoint)
  }
}

/** Why an open one ends; undefined where it goes on. */
function endingOf(open: ShadowRelease, stable: number, wanted: number | undefined): Ending | undefined {
  const [{ version }] = open.arms
  if (stable === version) {
    const reason = open.winner === version ? open.reason : `${open.stable} was moved to version ${version} by hand.`
    return { state: 'promoted', reason }
  }
  if (open.stableVersion !== stable) {
    return { state: 'stopped', reason: `Version ${stable} serves now: what was compared is over.` }
  }
  if (wanted === version) return undefined
  const reason = wanted === undefined ? 'The endpoint no longer names it.' : `The endpoint names version ${wanted} now.`
  return { state: 'stopped', reason }
}
