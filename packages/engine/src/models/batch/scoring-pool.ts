import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RegiaError } from '@regia/core'
import { silenceTelemetry } from '../onnx-runtime.ts'
import { cancelled } from './cancelled.ts'
import type { FromScoringThread, ScoringPart, ScoringThreadData, ToScoringThread } from './scoring-messages.ts'

export type ScorePartsRequest = Omit<ScoringThreadData, 'stop'> & {
  readonly parts: readonly ScoringPart[]
  readonly threads: number
  readonly onRows: (rowCount: number) => void
  readonly signal: AbortSignal | undefined
}

const END_PATIENCE_MS = 30_000
/**
 * What a thread makes are columns, which lie outside of the heap and hardly fill it: with the default, all of the heap is gone through every
 * 200,000 rows to let go of them. With a small one they go with the many quick collections of what is young.
 */
const YOUNG_MB = 1

/**
 * Scores parts on several threads; each takes the next one when it is done with one. With the first failure all end.
 *
 * @throws RegiaError `RUN_CANCELLED`; `UNAVAILABLE` when a thread ends; whatever scoring a part throws.
 */
export async function scoreParts(request: ScorePartsRequest): Promise<void> {
  const { graph, work, parts, signal } = request
  if (signal?.aborted) throw cancelled()
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const count = Math.min(request.threads, parts.length)
  const threads = Array.from({ length: count }, () => startThread({ graph, work, stop }))
  const queue = parts[Symbol.iterator]()
  const ended = new AbortController()
  const cancel = () => ended.abort(cancelled())
  signal?.addEventListener('abort', cancel)
  try {
    await Promise.all(threads.map((thread) => serve(thread, queue, request.onRows, ended)))
  } finally {
    signal?.removeEventListener('abort', cancel)
    Atomics.store(stop, 0, 1)
    await Promise.all(threads.map(endThread))
  }
}

/** Lets a thread finish what native code is at; one that does not come to its end is ended. */
async function endThread(thread: Worker): Promise<void> {
  if (thread.threadId < 0) return
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  thread.postMessage({ kind: 'end' } satisfies ToScoringThread)
  const timer = setTimeout(() => void thread.terminate(), END_PATIENCE_MS)
  await exited
  clearTimeout(timer)
}

/** Keeps one thread at work until no part is left, or until anything fails. */
function serve(
  thread: Worker,
  queue: Iterator<ScoringPart>,
  onRows: (rowCount: number) => void,
  ended: AbortController,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      ended.abort(error)
      reject(error)
    }
    ended.signal.addEventListener('abort', () => reject(ended.signal.reason))
    const next = () => {
      const { value, done } = queue.next()
      if (done) resolve()
      else thread.postMessage({ kind: 'score', part: value } satisfies ToScoringThread)
    }
    thread.on('message', (message: FromScoringThread) => {
      if (message.kind === 'rows') onRows(message.rowCount)
      else if (message.kind === 'failed') fail(RegiaError.fromBody(message.error))
      else next()
    })
    thread.on('error', (error) => fail(lost(error)))
    thread.on('exit', (code) => fail(lost(`code ${code}`)))
    next()
  })
}

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function startThread(workerData: ScoringThreadData): Worker {
  const ending = extname(fileURLToPath(import.meta.url))
  const url = new URL(`./scoring-thread${ending}`, import.meta.url)
  silenceTelemetry()
  return new Worker(url, {
    workerData,
    name: 'scoring',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
  })
}

const lost = (cause: unknown): RegiaError =>
  new RegiaError('UNAVAILABLE', `A thread that scores ended: ${String(cause)}.`, {
    hint: 'Call it again: what is done is kept. If it happens again, the machine may lack memory; use fewer threads.',
    cause,
  })
