import type { RegisteredVersion } from './model-directory.ts'
import type { ReleaseGuard } from './release-recorder.ts'
import type { Route } from './traffic-routes.ts'

/** Versions that share the traffic with the stable one. */
export type WantedRelease = {
  readonly id: string
  /** Places sticky entities. */
  readonly salt: string
  /** In the order of the policy. */
  readonly arms: readonly (Pick<Route, 'role' | 'share'> & { readonly registered: RegisteredVersion })[]
  /** Inner edges of the bins that scores are counted in. */
  readonly scoreEdges?: readonly number[] | undefined
  readonly guard: ReleaseGuard
}

/** The versions that an endpoint shall have loaded. */
export type WantedVersions = {
  readonly stable: RegisteredVersion
  readonly shadow?: RegisteredVersion | undefined
  readonly release?: WantedRelease | undefined
  /** To be able to roll back at once. Where absent the last stable one stays. */
  readonly previous?: RegisteredVersion | undefined
  /** Answers when the version that should is late or fails. */
  readonly fallback?: RegisteredVersion | undefined
}

/** The same with other shares; a version that none is named for gets nothing. */
export function withShares<Wanted extends Pick<WantedVersions, 'release'>>(
  wanted: Wanted,
  shares: ReadonlyMap<number, number>,
): Wanted {
  const { release } = wanted
  if (!release) return wanted
  const arms = release.arms.map((arm) => ({ ...arm, share: shares.get(arm.registered.version) ?? 0 }))
  return { ...wanted, release: { ...release, arms } }
}
