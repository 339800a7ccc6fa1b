import type { Lifecycle } from './experiment.ts'
import type { RunSource, TrackedDataset, TrackedStatus } from './tracked-run.ts'

/** Records as the store holds them: times are milliseconds since 1970, numbers are doubles, NaN and infinities among them. */

export type ExperimentRecord = {
  readonly id: string
  readonly name: string
  readonly lifecycle: Lifecycle
  readonly artifactRoot: string
  readonly note: string | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly updatedMs: number
  readonly deletedMs?: number | undefined
}

export type MetricValue = { readonly key: string; readonly value: number; readonly step: number; readonly atMs: number }

export type RunRecord = {
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly status: TrackedStatus
  readonly lifecycle: Lifecycle
  readonly source: RunSource
  readonly user: string | undefined
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  readonly parentId: string | undefined
  readonly note: string | undefined
  readonly artifactUri: string
  readonly origin: unknown
  readonly params: Readonly<Record<string, string>>
  /** Latest values. */
  readonly metrics: readonly MetricValue[]
  readonly tags: Readonly<Record<string, string>>
  /** Runs that name it their parent and are not deleted; of a run that was searched for. */
  readonly childCount?: number
}

/** What a run read and made, which a page of many runs may bring along. */
export type RunInputs = {
  readonly datasets: readonly TrackedDataset[]
  readonly modelInputs: readonly string[]
  readonly modelOutputs: readonly { readonly modelId: string; readonly step: number }[]
}
export type RunWithInputs = RunRecord & RunInputs

/** A point that may also count for a logged model, on a dataset. */
export type MetricEntry = MetricValue & {
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

/** What is written to a run at once: all of it or nothing. */
export type RunBatch = {
  readonly metrics?: readonly MetricEntry[]
  readonly params?: readonly { readonly key: string; readonly value: string }[]
  /** The last of several with one key stands. */
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
  readonly datasets?: readonly TrackedDataset[]
  readonly modelInputs?: readonly string[]
  readonly modelOutputs?: readonly { readonly modelId: string; readonly step: number }[]
}

export type RunChange = {
  readonly name?: string
  readonly status?: TrackedStatus
  readonly startMs?: number
  readonly endMs?: number
  /** `null` takes it away. */
  readonly parentId?: string | null
  readonly note?: string | null
  readonly user?: string
}

export type NewRun = {
  readonly id?: string
  readonly experimentId: string
  readonly name?: string
  readonly status?: TrackedStatus
  readonly source: RunSource
  readonly user?: string
  readonly startMs?: number
  readonly endMs?: number
  readonly parentId?: string
  readonly note?: string
  readonly origin?: unknown
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
}

export type LoggedModelMetric = MetricValue & {
  readonly runId: string
  readonly datasetName: string | undefined
  readonly datasetDigest: string | undefined
}

export type LoggedModelRecord = {
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string | undefined
  readonly status: 'pending' | 'ready' | 'failed'
  readonly sourceRunId: string | undefined
  readonly artifactUri: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly params: Readonly<Record<string, string>>
  readonly metrics: readonly LoggedModelMetric[]
  readonly tags: Readonly<Record<string, string>>
}
