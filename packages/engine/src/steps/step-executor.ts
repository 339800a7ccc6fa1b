import type { Clock, LeasedStep, StepEvent } from '@regia/core'
import type { PoolLimits } from './child-pool.ts'
import type { Secrets } from './secrets.ts'

/** An attempt whose inputs are on this machine. */
export type ReadyAttempt = {
  readonly lease: LeasedStep
  /** The manifest of the step protocol; it names all other files. */
  readonly manifestPath: string
  /** Values of the step's secrets, which stand in no file. */
  readonly secrets: Secrets
  readonly onEvent: (event: StepEvent) => void
  /** Aborts when the attempt must end, whether it is done or not. */
  readonly stop: AbortSignal
  /** How long it may tidy up after that. */
  readonly graceMs: () => number
}

/** How an attempt ended: with its `result.json` written, or with the process gone before. */
export type AttemptOutcome =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'exited'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly lastStderr: readonly string[]
    }

/** Runs attempts; where and in what is its own matter. Every executor passes the same suite. */
export type StepExecutor = {
  /** Runs one attempt to its end. Many may run at once; the worker bounds their cores and memory. */
  readonly run: (attempt: ReadyAttempt) => Promise<AttemptOutcome>
  /** Ends what still runs, and everything that was kept ready. */
  readonly close: () => Promise<void>
}

export type ExecutorOptions = {
  readonly now: Clock
  /** Cores that steps may take together. */
  readonly cpu: number
  readonly pool: Partial<PoolLimits>
}

/** Makes an executor for one worker. */
export type ExecutorFactory = (options: ExecutorOptions) => StepExecutor
