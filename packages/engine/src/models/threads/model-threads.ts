import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegiaError } from '@regia/core'
import type { TimedPredictions } from '../model-session.ts'
import { importOnnxRuntime } from '../onnx-runtime.ts'
import type { ThreadGraph } from './messages.ts'
import { ModelThread, type ThreadJob, ThreadLost } from './model-thread.ts'

export type ModelThreadsOptions = {
  /** How many batches run at once. One core is left to whoever takes the requests. */
  readonly size?: number
  /** What a thread runs. */
  readonly workerUrl?: URL
  /** A thread that holds no graph ends after so long. */
  readonly idleMs?: number
}

type Waiting = ThreadJob & {
  readonly resolve: (answer: TimedPredictions | undefined) => void
  readonly reject: (error: unknown) => void
  /** Threads that died over it. */
  lost: number
}

const IDLE_MS = 10_000
/** A thread may die for something else than the job that it had: it is tried once more. */
const MAX_LOST = 2

/**
 * A pool of threads that all models of a process share: first come, first served, one batch a thread at a time. A graph is loaded into a
 * thread when first asked there, and stays until it is forgotten. A thread that dies costs nobody anything but the batch that it had, which
 * is tried once more; the next job gets a new thread.
 */
export class ModelThreads {
  readonly size: number
  readonly #workerUrl: URL
  readonly #idleMs: number
  readonly #threads = new Set<ModelThread>()
  readonly #busy = new Set<ModelThread>()
  readonly #waiting: Waiting[] = []
  readonly #users = new Map<string, number>()
  #idle: NodeJS.Timeout | undefined

  constructor({ size, workerUrl = siblingWorker(), idleMs = IDLE_MS }: ModelThreadsOptions = {}) {
    this.size = size ?? Math.max(1, availableParallelism() - 1)
    this.#workerUrl = workerUrl
    this.#idleMs = idleMs
  }

  /** How many jobs wait for a thread. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  get threadCount(): number {
    return this.#threads.size
  }

  /** Whoever uses a graph says so, and says when it has done: the last one's `forget` frees it. */
  use(key: string): void {
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1)
  }

  /** Frees a graph that nobody uses any more. */
  release(key: string): void {
    const users = (this.#users.get(key) ?? 1) - 1
    if (users > 0) {
      this.#users.set(key, users)
      return
    }
    this.#users.delete(key)
    for (const thread of this.#threads) thread.forget(key)
    this.#endIdleLater()
  }

  /** Starts a thread where there is none, so that the first model need not wait for it. */
  warm(): void {
    if (this.#threads.size === 0) this.#start()
    this.#endIdleLater()
  }

  /** @throws RegiaError `MODEL_INVALID` of the graph; `UNAVAILABLE` when threads died over the job. */
  run(job: ThreadJob): Promise<TimedPredictions | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...job, resolve, reject, lost: 0 })
      this.#next()
    })
  }

  /** Ends every thread; what still waits fails. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    for (const { reject } of this.#waiting.splice(0)) reject(lostError(new Error('the threads were ended')))
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  #next(): void {
    for (let job = this.#waiting[0]; job; job = this.#waiting[0]) {
      const thread = this.#freeThread(job.graph)
      if (!thread) return
      this.#waiting.shift()
      this.#busy.add(thread)
      void this.#answer(thread, job)
    }
  }

  /** One that holds the graph already, else an idle one, else a new one. */
  #freeThread({ key }: ThreadGraph): ModelThread | undefined {
    const free = [...this.#threads].filter((thread) => !this.#busy.has(thread))
    const known = free.find((thread) => thread.has(key)) ?? free[0]
    return known || this.#threads.size >= this.size ? known : this.#start()
  }

  #start(): ModelThread {
    const started = new ModelThread(this.#workerUrl, (thread) => {
      this.#threads.delete(thread)
      this.#busy.delete(thread)
    })
    this.#threads.add(started)
    return started
  }

  async #answer(thread: ModelThread, job: Waiting): Promise<void> {
    try {
      job.resolve(await thread.run(job))
    } catch (error) {
      if (!(error instanceof ThreadLost)) job.reject(error)
      else if (++job.lost < MAX_LOST) this.#waiting.unshift(job)
      else job.reject(lostError(error))
    }
    this.#busy.delete(thread)
    this.#next()
    this.#endIdleLater()
  }

  #endIdleLater(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      for (const thread of this.#threads) if (thread.isEmpty && !this.#busy.has(thread)) this.#end(thread)
    }, this.#idleMs).unref()
  }

  #end(thread: ModelThread): void {
    this.#threads.delete(thread)
    void thread.end()
  }
}

let shared: ModelThreads | undefined

/** The pool of this process. */
export function sharedModelThreads(): ModelThreads {
  shared ??= new ModelThreads()
  return shared
}

/** Loads what every model needs, here and in a thread, so that the first one is not slower than the others. */
export async function warmRuntime(): Promise<void> {
  sharedModelThreads().warm()
  await importOnnxRuntime()
}

/** The sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function siblingWorker(): URL {
  const ending = extname(fileURLToPath(import.meta.url))
  return new URL(`./model-thread-worker${ending}`, import.meta.url)
}

const lostError = (cause: Error): RegiaError =>
  new RegiaError('UNAVAILABLE', `The thread that ran the model ended: ${cause.message}.`, {
    hint: 'Try again with fewer rows; the machine may lack memory for this model.',
    cause,
  })
