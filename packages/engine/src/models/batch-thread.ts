import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ErrorBody, RegiaError, type Signature, type Table } from '@regia/core'
import type { Predictions } from './model-session.ts'
import { silenceTelemetry } from './onnx-runtime.ts'

const IDLE_MS = 10_000

export type BatchThreadData = { readonly graph: Uint8Array; readonly signature: Signature }
export type BatchRequest = { readonly id: number; readonly table: Table }
export type BatchReply =
  | { readonly id: number; readonly predictions: Predictions }
  | { readonly id: number; readonly error: ErrorBody }

type Waiting = { readonly resolve: (predictions: Predictions) => void; readonly reject: (error: unknown) => void }

/** Scores tables on another thread, which starts with the first one and ends when idle. It does not keep the process alive. */
export function createBatchThread(graph: Uint8Array, signature: Signature) {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  const fail = (error: unknown): void => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(lost(error))
    waiting.clear()
  }
  const stop = async (): Promise<void> => {
    clearTimeout(idle)
    const stopped = worker
    worker = undefined
    await stopped?.terminate()
  }
  const settle = (reply: BatchReply): void => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) call?.reject(RegiaError.fromBody(reply.error))
    else call?.resolve(reply.predictions)
    if (waiting.size > 0) return
    worker?.unref()
    idle = setTimeout(() => void stop(), IDLE_MS).unref()
  }
  const start = (): Worker => {
    const started = startWorker({ graph, signature })
    started.on('message', settle)
    started.on('error', fail)
    started.on('exit', (code) => {
      if (worker === started) fail(new Error(`it ended with code ${code}`))
    })
    return started
  }

  return {
    runTable: (table: Table): Promise<Predictions> => {
      clearTimeout(idle)
      worker ??= start()
      worker.ref()
      const id = ++lastId
      const request: BatchRequest = { id, table: onlyInputs(table, signature) }
      const answer = new Promise<Predictions>((resolve, reject) => waiting.set(id, { resolve, reject }))
      worker.postMessage(request)
      return answer
    },
    close: stop,
  }
}

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function startWorker(workerData: BatchThreadData): Worker {
  const ending = extname(fileURLToPath(import.meta.url))
  const url = new URL(`./batch-thread-worker${ending}`, import.meta.url)
  silenceTelemetry()
  return new Worker(url, { workerData, execArgv: ending === '.ts' ? ['--conditions=source'] : [] })
}

/** Other columns would be copied to the thread for nothing. */
function onlyInputs(table: Table, { inputs }: Signature): Table {
  const names = inputs.map(({ name }) => name).filter((name) => name in table.columns)
  return { rowCount: table.rowCount, columns: Object.fromEntries(names.map((name) => [name, table.columns[name]!])) }
}

const lost = (cause: unknown): RegiaError =>
  new RegiaError('UNAVAILABLE', `The thread that scores tables ended: ${String(cause)}.`, {
    hint: 'Try again with fewer rows; the machine may lack memory.',
    cause,
  })
