import type { Deployment, DeploymentRole } from '@regia/core'
import type { ToneName } from '../charts/palette.ts'
import type { ShareTone } from '../kernel/share-tone.ts'

const TONES: readonly ToneName[] = ['challenger', 'ink2', 'ink3']
const SHARE_TONES: readonly ShareTone[] = ['challenger', 'second', 'third']

type Versioned = { readonly version: number; readonly role: DeploymentRole }

/** Versions beside the champion in the order of their numbers: the first is always orange, wherever it is drawn. */
function placeOf({ version }: Versioned, all: readonly Versioned[]): number {
  const others = [...new Set(all.filter(isChallenger).map((each) => each.version))].sort((a, b) => a - b)
  return others.indexOf(version)
}
const isChallenger = ({ role }: Versioned): boolean => role === 'canary' || role === 'arm' || role === 'shadow'

/** The colour of a version on every chart of its endpoint: the champion blue, the first challenger orange, what serves no more grey. */
export function toneOf(one: Versioned, all: readonly Versioned[]): ToneName {
  if (one.role === 'stable') return 'champion'
  return TONES[Math.min(placeOf(one, all), TONES.length - 1)] ?? 'reference'
}

/** The same for the bar of shares. */
export function shareToneOf(one: Versioned, all: readonly Versioned[]): ShareTone {
  if (one.role === 'stable') return 'champion'
  if (one.role === 'shadow') return 'shadow'
  return SHARE_TONES[Math.min(placeOf(one, all), SHARE_TONES.length - 1)] ?? 'rest'
}

const ORDER: readonly DeploymentRole[] = ['stable', 'canary', 'arm', 'shadow', 'fallback', 'previous']

/** Who answers first, then who is tried, then who stands by. */
export const inServingOrder = <Each extends Pick<Deployment, 'role' | 'version'>>(
  all: readonly Each[],
): readonly Each[] => [...all].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || a.version - b.version)
