import type { ArmFigures } from '@regia/core'
import type { KindOfRelease, Pulls, RecordedArm, ReleaseRecord } from '../release-record.ts'

/** What is known of a release when it is looked at. */
export type ReleaseQuestion<Kind extends KindOfRelease['kind']> = {
  readonly record: ReleaseRecord & { readonly kind: Kind }
  /** By version, the stable one included. */
  readonly figures: ReadonlyMap<number, ArmFigures>
  /** Predictions by when they were made, of versions of a bandit. */
  readonly pulls: ReadonlyMap<number, readonly Pulls[]>
  /** Different entities that each version was asked about; empty where nothing is sticky. */
  readonly units: ReadonlyMap<number, number>
  /** Milliseconds since 1970. */
  readonly now: number
  /** Of the report of checks of the version; undefined without one. */
  readonly checksPassed: boolean | undefined
}

/** A version that broke a rule, and which. */
export type Broken = { readonly version: number; readonly reason: string }

/** What a look asks for. */
export type Act =
  | { readonly kind: 'wait' }
  /** Versions are taken out at once. */
  | { readonly kind: 'take-out'; readonly broken: readonly Broken[] }
  | { readonly kind: 'pause' }
  /** To the next step. */
  | { readonly kind: 'advance' }
  /** It is over: this version shall serve. */
  | { readonly kind: 'conclude'; readonly winner: number }
  /** By version. `isTold` where they moved so far that the log of decisions shall know. */
  | { readonly kind: 'share'; readonly shares: ReadonlyMap<number, number>; readonly isTold: boolean }

export type Changes = Partial<Pick<ReleaseRecord, 'rules' | 'analysis' | 'bandit' | 'verdict' | 'reason'>>

export type Look = { readonly changes: Changes; readonly act: Act }

/** A version that the policy names, and its share when the release begins. */
export type PlannedArm = { readonly model: string; readonly share: number }

/** A way to release: which versions share the traffic from the beginning, and what is to be done about them at a moment. Pure. */
export type ReleaseStrategy<Kind extends KindOfRelease['kind']> = {
  readonly kind: Kind
  readonly role: 'canary' | 'arm'
  readonly arms: (policy: Extract<KindOfRelease, { kind: Kind }>['policy']) => readonly PlannedArm[]
  /** Whether a change of the policy begins the release anew, since what was counted under the old one says nothing about the new one. */
  readonly restartsOnChange: boolean
  readonly look: (question: ReleaseQuestion<Kind>) => Look
}

export const WAIT: Act = { kind: 'wait' }

/** Versions that still get traffic. */
export const inPlay = (arms: readonly RecordedArm[]): readonly RecordedArm[] => arms.filter(({ isOut }) => !isOut)
