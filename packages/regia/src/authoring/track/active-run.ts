import type { RegiaError, Rng } from '@regia/core'
import type { MetricOptions } from '@regia/sdk'
import type { DatasetOptions, DatasetSource } from '../../tracking/dataset-source.ts'
import type { ModelOptions } from '../../tracking/model-folder.ts'

/** What a run may be told when it starts. */
export type TrackOptions = {
  /** By name; made where it is new. That of the parent, else REGIA_EXPERIMENT, else `Default`. */
  readonly experiment?: string
  /** A made-up one where absent. */
  readonly name?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly tags?: Readonly<Record<string, unknown>>
  /** What `run.rng` begins with. Recorded in any case: REGIA_SEED, else a random one, where absent. */
  readonly seed?: number | string
  /** The run, or its id, that it is a part of. The run of the `track` around it where absent. */
  readonly parent?: ActiveRun | string
  /** Whether processor, memory, disk, network and GPU are looked at, every 10 s or as often as said (`'1s'`). Default false. */
  readonly systemMetrics?: boolean | string
  /** Told of each thing that could not be logged; default: a line on stderr. */
  readonly onProblem?: (problem: RegiaError) => void
}

/**
 * A run that goes on. What is logged is sent beside your own work: awaiting matters only where you log faster than the server takes it,
 * and to know that an artifact has arrived.
 */
export type ActiveRun = AsyncDisposable & {
  readonly id: string
  readonly name: string
  readonly experiment: string
  /** The page of the run. */
  readonly url: string
  readonly seed: string
  /** Random numbers that are the same for the same seed. */
  readonly rng: Rng
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal
  /** Logs numbers; `step` is the training step. NaN and infinities are kept as what they are. */
  readonly log: (values: Readonly<Record<string, number>>, options?: MetricOptions) => Promise<void>
  /** What the run was set to. A param that has a value keeps it. */
  readonly params: (values: Readonly<Record<string, unknown>>) => Promise<void>
  readonly tags: (values: Readonly<Record<string, unknown>>) => Promise<void>
  /** Markdown, for people. */
  readonly note: (markdown: string) => Promise<void>
  /** Keeps a file or a whole folder; `as` is its path among the artifacts, its own name where absent. */
  readonly artifact: (path: string, as?: string) => Promise<void>
  /** Keeps a text as a file. */
  readonly text: (path: string, content: string) => Promise<void>
  /** Keeps a value as a JSON file. */
  readonly json: (path: string, value: unknown) => Promise<void>
  /** Writes down what was read, with its digest: a file or folder, or `{ dataset, version }` of Regia. */
  readonly dataset: (source: DatasetSource, options?: DatasetOptions) => Promise<void>
  /** Keeps an ONNX file as a model that can be registered, served and loaded by MLflow's clients, once it is seen to be one. */
  readonly model: (path: string, options?: ModelOptions) => Promise<void>
  /** Resolves when all that was logged has arrived. @throws RegiaError what was refused. */
  readonly flush: () => Promise<void>
  /** Ends it; `succeeded` where absent. @throws RegiaError what was refused. */
  readonly end: (status?: 'succeeded' | 'failed' | 'cancelled') => Promise<void>
}
