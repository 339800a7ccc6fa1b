import type { Artifact } from '@regia/core'

/** What the dataset and model references of a graph mean for one run, by {@link refKey}. `null` is an optional model that is not there. */
export type ResolvedRefs = {
  readonly artifacts: { readonly [ref: string]: Artifact | null }
  readonly datasets: readonly { readonly name: string; readonly version: number }[]
}
