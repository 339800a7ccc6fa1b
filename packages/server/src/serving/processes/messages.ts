import type { ErrorBody, ServedEndpointSpec } from '@regia/core'
import type { FallbackCounts } from '../gateway/fallback.ts'
import type { WantedVersions } from '../gateway/wanted-versions.ts'

/** What a process shall serve under one name. Who runs in shadow is the business of the process that writes. */
export type Plan = { readonly spec: ServedEndpointSpec; readonly wanted: Omit<WantedVersions, 'shadow'> }

/** Shares by version. */
export type Shares = readonly (readonly [version: number, share: number])[]

/** What a process needs before it can answer. */
export type Beginning = {
  readonly kind: 'begin'
  readonly host: string
  readonly port: number
  readonly token: string | undefined
  /** The unix socket that takes what is no short prediction. */
  readonly socketPath: string
  readonly maxLoadedBytes: number | undefined
  /** How long a connection may stay open between requests. */
  readonly idleMs: number
  readonly plans: readonly Plan[]
}

/** The ids of one batch, or why it was not written. */
export type Written = { readonly number: number; readonly ids?: readonly string[]; readonly error?: ErrorBody }

export type ToProcess =
  | Beginning
  | { readonly kind: 'listen' }
  | { readonly kind: 'plan'; readonly number: number; readonly plan: Plan }
  | { readonly kind: 'shares'; readonly endpoint: string; readonly shares: Shares }
  | { readonly kind: 'drop'; readonly number: number; readonly endpoint: string }
  | { readonly kind: 'written'; readonly answers: readonly Written[] }
  | { readonly kind: 'drain'; readonly delayMs: number; readonly lingerMs: number }

/** Answers of one batch, as the log keeps them. */
export type WrittenAnswers = {
  readonly endpoint: string
  /** One JSON text a row. */
  readonly payloads: readonly string[]
  /** How many rows each request had. */
  readonly counts: readonly number[]
  readonly release: string | undefined
}

export type VersionFailure = {
  readonly release: string
  readonly version: number
  readonly latencyMs: number
  readonly isInvalid: boolean
}

/** What happened to requests of an endpoint beside being answered. */
export type Happenings = {
  readonly endpoint: string
  /** Milliseconds of each request that failed. */
  readonly errors: readonly number[]
  readonly failures: readonly VersionFailure[]
  readonly fallbacks: readonly (keyof FallbackCounts)[]
  /** Entities that versions of a release were asked about. */
  readonly units: readonly (readonly [release: string, unit: string, version: number])[]
}

export type FromProcess =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'done'; readonly number: number }
  | ({ readonly kind: 'write'; readonly number: number } & WrittenAnswers)
  | ({ readonly kind: 'happened' } & Happenings)
  | { readonly kind: 'drained' }
