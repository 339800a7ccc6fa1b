import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RegiaError } from '@regia/core'
import type { InputColumns, TimedPredictions } from '../model-session.ts'
import { silenceTelemetry } from '../onnx-runtime.ts'
import type { FromThread, ThreadGraph, ToThread } from './messages.ts'

/** One thing to do on a thread. Without columns it is only to load the graph. */
export type ThreadJob = {
  readonly graph: ThreadGraph
  /** Asked again when the thread dies over it, since what was handed over is gone with the thread. */
  readonly columns: (() => InputColumns) | undefined
  readonly rowCount: number
}

type Asked = {
  readonly resolve: (answer: TimedPredictions | undefined) => void
  readonly reject: (error: unknown) => void
}

/** A thread died over a job, which may be tried on another one. */
export class ThreadLost extends Error {}

/** One thread, which answers one job after another. */
export class ModelThread {
  readonly #worker: Worker
  readonly #loaded = new Set<string>()
  readonly #asked = new Map<number, Asked>()
  /** The graph that is being loaded or run. */
  #running: string | undefined
  #isForgetting = false
  #lastId = 0
  /** Settles with the last thing that was asked. */
  #answered: Promise<void> = Promise.resolve()

  /** @param onEnd - Told once when the thread is gone, whether or not it was to end. */
  constructor(url: URL, onEnd: (thread: ModelThread) => void) {
    const execArgv = extname(fileURLToPath(url)) === '.ts' ? ['--conditions=source'] : []
    silenceTelemetry()
    this.#worker = new Worker(url, { execArgv, name: 'model' })
    this.#worker.unref()
    let cause = 'it ended'
    this.#worker.on('message', (reply: FromThread) => this.#settle(reply))
    this.#worker.on('error', (error) => {
      cause = error instanceof Error ? error.message : String(error)
    })
    this.#worker.on('exit', (code) => {
      onEnd(this)
      for (const { reject } of this.#asked.values()) reject(new ThreadLost(`${cause} (code ${code})`))
      this.#asked.clear()
    })
  }

  get isEmpty(): boolean {
    return this.#loaded.size === 0
  }

  has(key: string): boolean {
    return this.#loaded.has(key)
  }

  /** @throws ThreadLost when the thread ends before it answers; whatever loading and running the graph throw. */
  async run({ graph, columns, rowCount }: ThreadJob): Promise<TimedPredictions | undefined> {
    this.#worker.ref()
    this.#running = graph.key
    try {
      if (!this.#loaded.has(graph.key)) {
        await this.#ask((id) => this.#worker.postMessage({ kind: 'load', id, ...graph } satisfies ToThread))
        this.#loaded.add(graph.key)
      }
      if (!columns) return undefined
      const owned = columns().map(own)
      return await this.#ask((id) => {
        const message: ToThread = { kind: 'run', id, key: graph.key, columns: owned, rowCount }
        this.#worker.postMessage(message, owned.flatMap(buffersOf))
      })
    } finally {
      this.#running = undefined
      if (this.#isForgetting) this.forget(graph.key)
      this.#isForgetting = false
      this.#worker.unref()
    }
  }

  /** Frees a graph, after the batch that it may be answering. */
  forget(key: string): void {
    if (this.#running === key) {
      this.#isForgetting = true
      return
    }
    if (!this.#loaded.delete(key)) return
    this.#worker.postMessage({ kind: 'forget', key } satisfies ToThread)
  }

  /** Ends it after what it is at: onnxruntime aborts the whole process when a thread ends while it runs a graph. */
  async end(): Promise<void> {
    for (let last: unknown; last !== this.#answered; ) {
      last = this.#answered
      await this.#answered
    }
    await this.#worker.terminate()
  }

  #ask(send: (id: number) => void): Promise<TimedPredictions | undefined> {
    const id = ++this.#lastId
    const answer = new Promise<TimedPredictions | undefined>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      send(id)
    })
    this.#answered = answer.then(
      () => undefined,
      () => undefined,
    )
    return answer
  }

  #settle(reply: FromThread): void {
    const asked = this.#asked.get(reply.id)
    this.#asked.delete(reply.id)
    if ('error' in reply) asked?.reject(RegiaError.fromBody(reply.error))
    else asked?.resolve(reply.answer)
  }
}

/** A batch keeps its memory for the next one, so that the thread gets its own. */
const own = (values: InputColumns[number]): InputColumns[number] => values.slice()

const buffersOf = (values: InputColumns[number]): ArrayBuffer[] =>
  'buffer' in values && values.buffer instanceof ArrayBuffer ? [values.buffer] : []
