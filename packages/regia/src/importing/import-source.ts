import type { TrackedDataset, TrackedStatus } from '@regia/core'

/** Another tracker, as an import reads it. Lists come in an order that stays, and never all at once. */
export type ImportSource = {
  /** For messages and marks: its address or folder. */
  readonly name: string
  readonly experiments: () => AsyncIterable<SourceExperiment>
  /** Also deleted ones; parents need not come first. */
  readonly runs: (experimentId: string) => AsyncIterable<SourceRun>
  readonly history: (runId: string, key: string) => AsyncIterable<SourcePoint>
  readonly files: (run: SourceRun) => AsyncIterable<SourceFile>
  readonly loggedModels: (experimentId: string) => AsyncIterable<SourceModel>
  readonly modelFiles: (model: SourceModel) => AsyncIterable<SourceFile>
  readonly registered: () => AsyncIterable<SourceRegistered>
  /** By growing number. */
  readonly versions: (model: string) => AsyncIterable<SourceVersion>
  /** The files of a version that has no logged model behind it. */
  readonly versionFiles: (version: SourceVersion) => AsyncIterable<SourceFile>
}

export type Tags = Readonly<Record<string, string>>

export type SourceExperiment = {
  readonly id: string
  readonly name: string
  readonly isDeleted: boolean
  readonly tags: Tags
}

export type SourceRun = {
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly user: string | undefined
  readonly status: TrackedStatus
  readonly startMs: number
  readonly endMs: number | undefined
  readonly isDeleted: boolean
  readonly artifactUri: string
  readonly params: Tags
  readonly tags: Tags
  readonly metricKeys: readonly string[]
  readonly datasets: readonly TrackedDataset[]
}

export type SourcePoint = { readonly value: number; readonly step: number; readonly atMs: number }

export type SourceFile = {
  /** Below the run's, the model's or the version's folder. */
  readonly path: string
  readonly sizeBytes: number
  readonly open: () => Promise<ReadableStream<Uint8Array>>
}

export type SourceModel = {
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string | undefined
  readonly status: 'pending' | 'ready' | 'failed'
  readonly sourceRunId: string | undefined
  readonly artifactUri: string
  readonly params: Tags
  readonly tags: Tags
}

export type SourceRegistered = {
  readonly name: string
  readonly description: string
  readonly tags: Tags
  readonly aliases: Readonly<Record<string, number>>
}

export type SourceVersion = {
  readonly model: string
  readonly version: number
  readonly description: string
  readonly tags: Tags
  readonly stage: string
  readonly source: string
  readonly runId: string | undefined
  readonly loggedModelId: string | undefined
}
