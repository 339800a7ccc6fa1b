import type { ServedEndpointSpec } from '@regia/core'
import type { PredictionRecord } from '../prediction-log/index.ts'
import type { FallbackCounts } from './fallback.ts'
import type { ReleaseRecorder, ReleaseRecorderOptions } from './release-recorder.ts'
import type { WantedVersions } from './wanted-versions.ts'

/** What was answered in one batch: one record a row, and how many rows each request had. */
export type AnsweredRecords = {
  readonly records: readonly PredictionRecord[]
  readonly counts: readonly number[]
  /** The release during which it was answered. */
  readonly release: string | undefined
}

/** The process that writes the log and counts, for one that only answers. */
export type RemoteWriter = {
  /** The ids, once the log holds the records. @throws RegiaError `LOG_WRITE_FAILED`, `OVERLOADED`, `UNAVAILABLE`. */
  readonly append: (answered: AnsweredRecords) => Promise<readonly string[]>
  readonly countError: (latencyMs: number) => void
  readonly countFallback: (why: keyof FallbackCounts) => void
  readonly recorder: (options: ReleaseRecorderOptions) => ReleaseRecorder
}

/** A process, as it is shown. */
export type ProcessView = { readonly pid: number; readonly requestCount: number }

/** Others that serve the same endpoints, as the one that decides tells them. */
export type GatewayFollower = {
  /** Answers when they serve it, or after a while. */
  readonly changed: (spec: ServedEndpointSpec, wanted: WantedVersions) => Promise<void>
  readonly sharesChanged: (endpoint: string, shares: ReadonlyMap<number, number>) => void
  /** Those that answer now, with the requests of this endpoint that each took. */
  readonly processesOf: (endpoint: string) => readonly ProcessView[]
  /** Answers when none of them serves it any more, or after a while. */
  readonly dropped: (endpoint: string) => Promise<void>
}
