import { spawnSync } from 'node:child_process'
import { extname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type LogBatch, RegiaError, type TrackedStatus, toIso } from '@regia/core'
import type { LastWords } from './exit-flush-process.ts'
import type { Upload } from './upload.ts'

/** How a run ended. */
export type Outcome = {
  readonly status: Extract<TrackedStatus, 'succeeded' | 'failed' | 'cancelled'>
  readonly error?: string
}

/** A run of this process that is not over. */
export type LiveRun = {
  readonly id: string
  /** Whether the end of the program is its natural end: nobody ends it in a block of code. */
  readonly endsWithProgram: boolean
  /** Another program has begun it and says how it ended. */
  readonly isJoined: boolean
  readonly server: { readonly url: () => string; readonly token: string | undefined }
  readonly unsent: () => readonly Partial<LogBatch>[]
  readonly unsentFiles: () => readonly Upload[]
  readonly finish: (outcome: Outcome) => Promise<void>
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type StopSignal = (typeof SIGNALS)[number]

/** How long a process that was told to stop may take to send its last logs. */
const SIGNAL_PATIENCE_MS = 10_000
const EXIT_PATIENCE_MS = 20_000

/**
 * The runs of this process that are not over, and what happens to them when the process ends by itself, by `process.exit`, by an error that
 * nobody caught, or by a signal.
 */
class LiveRuns {
  readonly #runs = new Map<string, LiveRun>()
  #uncaught: string | undefined
  #stoppedBy: StopSignal | undefined
  readonly #stop = new AbortController()
  #isWatching = false

  /** Aborts when this process was told to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  add(run: LiveRun): void {
    this.#watch()
    this.#runs.set(run.id, run)
  }

  delete(id: string): void {
    this.#runs.delete(id)
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    process.on('uncaughtExceptionMonitor', (error) => {
      this.#uncaught = errorText(error)
    })
    process.on('beforeExit', () => void this.#endNaturally())
    process.on('exit', (code) => this.#endAtExit(code))
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
  }

  /** The program has nothing left to do: runs that were begun with `startRun` and never ended are over. */
  async #endNaturally(): Promise<void> {
    const ending = [...this.#runs.values()].filter(({ endsWithProgram }) => endsWithProgram).reverse()
    const outcome = outcomeOfCode(Number(process.exitCode ?? 0))
    for (const run of ending) await run.finish(outcome).catch(() => undefined)
  }

  readonly #onSignal = (signal: StopSignal): void => {
    const isFirst = this.#stoppedBy === undefined
    this.#stoppedBy ??= signal
    this.#stop.abort()
    // Who listens too decides what the signal means; otherwise it means the end, after the last logs. A second one waits for nothing.
    if (process.listenerCount(signal) > 1) return
    if (!isFirst || this.#runs.size === 0) this.#dieOf(signal)
    else void this.#cancelAll().finally(() => this.#dieOf(signal))
  }

  async #cancelAll(): Promise<void> {
    const finishing = [...this.#runs.values()].reverse().map((run) => run.finish(CANCELLED))
    const patience = new AbortController()
    await Promise.race([
      Promise.allSettled(finishing),
      wait(SIGNAL_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
  }

  #dieOf(signal: StopSignal): void {
    this.#runs.clear()
    process.off(signal, this.#onSignal)
    process.kill(process.pid, signal)
  }

  /** Nothing that takes time can be done in this process any more: another one does it, and this one waits for it. */
  #endAtExit(code: number): void {
    if (this.#runs.size === 0) return
    const outcome = this.#stoppedBy ? CANCELLED : this.#outcomeAtExit(code)
    const byUrl = Map.groupBy(this.#runs.values(), ({ server }) => server.url())
    for (const [url, runs] of byUrl) {
      const words: LastWords = { url, token: runs[0]?.server.token, runs: runs.map((run) => lastWordsOf(run, outcome)) }
      spawnSync(process.execPath, flushProgram(), {
        input: JSON.stringify(words),
        stdio: ['pipe', 'ignore', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
        timeout: EXIT_PATIENCE_MS,
      })
    }
  }

  #outcomeAtExit(code: number): Outcome {
    if (this.#uncaught !== undefined) return { status: 'failed', error: this.#uncaught }
    return outcomeOfCode(code)
  }
}

const CANCELLED: Outcome = { status: 'cancelled' }

/** Node ends a program whose last promise never settles with 13. */
const outcomeOfCode = (code: number): Outcome =>
  code === 0 ? { status: 'succeeded' } : { status: 'failed', error: `The process ended with exit code ${code}.` }

function lastWordsOf(
  { id, isJoined, unsent, unsentFiles }: LiveRun,
  { status, error }: Outcome,
): LastWords['runs'][number] {
  const tags: Partial<LogBatch>[] = error === undefined ? [] : [{ tags: { [ERROR_TAG]: error } }]
  return {
    id,
    batches: [...unsent(), ...tags],
    files: unsentFiles().map((upload) =>
      'from' in upload ? upload : { path: upload.path, base64: Buffer.from(upload.content).toString('base64') },
    ),
    change: isJoined ? {} : { status, finishedAt: toIso(Date.now()) },
  }
}

/** The tag that says why a run failed. */
export const ERROR_TAG = 'error'
const ERROR_LENGTH = 5_000

/** What a person wants to read of an error, short enough for a tag. */
export function errorText(error: unknown): string {
  const text = error instanceof RegiaError ? `${error.code}: ${error.message}` : String(error)
  return text.slice(0, ERROR_LENGTH)
}

/** From a build the `.js` beside this file; from sources Node strips the types itself, and takes packages of this workspace from theirs. */
function flushProgram(): string[] {
  const extension = extname(fileURLToPath(import.meta.url))
  const path = fileURLToPath(new URL(`./exit-flush-process${extension}`, import.meta.url))
  const isSource = extension === '.ts'
  return [...(isSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []), path]
}

export const liveRuns = new LiveRuns()
