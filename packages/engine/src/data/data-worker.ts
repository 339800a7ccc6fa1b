import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorBody, RegiaError } from '@regia/core'
import type { DataWorker, DataWorkerOptions, OnProgress } from './data-engine.ts'
import type { Call, FromChild, ToChild } from './data-worker-messages.ts'

const DEFAULT_IDLE_MS = 30_000

/** `pid` is undefined while no child runs. */
export type DataWorkerProcess = { readonly pid: () => number | undefined }

type Pending = {
  readonly operation: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onProgress: OnProgress
}

/**
 * A data engine in a child process, so that neither DuckDB's memory nor a crash of it is this process's.
 *
 * The child starts with the first call, ends after `idleMs` without one and with this process, and starts again after a crash; what was
 * under way then fails with `UNAVAILABLE`. It does not keep this process alive.
 */
export function createDataWorker(options: DataWorkerOptions): DataWorker & DataWorkerProcess {
  const { idleMs = DEFAULT_IDLE_MS, ...engineOptions } = options
  const pending = new Map<number, Pending>()
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  const start = (): ChildProcess => {
    const started = forkChild()
    started.on('message', (message: FromChild) => settle(message))
    const lose = (cause: string) => {
      if (child !== started) return
      child = undefined
      failAll(pending, cause)
    }
    started.on('exit', (code, signal) => lose(signal ?? `code ${code}`))
    // A child that could not even start has no exit.
    started.on('error', (error) => lose(error.message))
    send(started, { kind: 'open', options: engineOptions })
    return started
  }

  const stop = async (): Promise<void> => {
    clearTimeout(idle)
    const stopped = child
    child = undefined
    if (!stopped || stopped.exitCode !== null || stopped.signalCode !== null) return
    const ended = new Promise((resolve) => stopped.once('exit', resolve))
    // Whoever waits for the end must not end before it.
    setReferenced(stopped, true)
    stopped.disconnect()
    await ended
  }

  const settle = (message: FromChild): void => {
    const call = pending.get(message.id)
    if (message.kind === 'progress') call?.onProgress(message)
    else pending.delete(message.id)
    if (message.kind === 'done') call?.resolve(message.value)
    if (message.kind === 'failed') call?.reject(errorOf(message.error))
    if (pending.size > 0) return
    setReferenced(child, false)
    idle = setTimeout(() => void stop(), idleMs)
    idle.unref()
  }

  const call = (request: Call, onProgress: OnProgress = () => undefined): Promise<unknown> => {
    clearTimeout(idle)
    child ??= start()
    setReferenced(child, true)
    const target = child
    const id = ++lastId
    return new Promise((resolve, reject) => {
      pending.set(id, { operation: request.operation, resolve, reject, onProgress })
      send(target, { kind: 'call', id, call: request })
    })
  }

  // What an operation answers is what the engine of the same type in the child returned.
  const ask = <Result>(request: Call, onProgress?: OnProgress) => call(request, onProgress) as Promise<Result>
  return {
    pid: () => child?.pid,
    ingest: (request, onProgress) => ask({ operation: 'ingest', args: [request] }, onProgress),
    profile: (...args) => ask({ operation: 'profile', args }),
    columns: (...args) => ask({ operation: 'columns', args }),
    rows: (...args) => ask({ operation: 'rows', args }),
    readTable: (...args) => ask({ operation: 'readTable', args }),
    writeTable: (...args) => ask({ operation: 'writeTable', args }),
    query: (...args) => ask({ operation: 'query', args }),
    queryRows: (...args) => ask({ operation: 'queryRows', args }),
    queryTable: (...args) => ask({ operation: 'queryTable', args }),
    cut: (...args) => ask({ operation: 'cut', args }),
    close: async () => {
      await stop()
      failAll(pending, 'it was closed')
    },
  }
}

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function forkChild(): ChildProcess {
  const ending = extname(fileURLToPath(import.meta.url))
  const file = fileURLToPath(new URL(`./data-worker-process${ending}`, import.meta.url))
  return fork(file, {
    // Typed arrays cross as they are; JSON would write each number as text.
    serialization: 'advanced',
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

const errorOf = (error: ErrorBody | { readonly message: string }): Error =>
  'code' in error ? RegiaError.fromBody(error) : new Error(error.message)

function send(child: ChildProcess, message: ToChild): void {
  // A child that is gone says so by its exit event, which fails the call.
  child.send(message, () => undefined)
}

function setReferenced(child: ChildProcess | undefined, isReferenced: boolean): void {
  if (isReferenced) {
    child?.ref()
    child?.channel?.ref()
  } else {
    child?.unref()
    child?.channel?.unref()
  }
}

function failAll(pending: Map<number, Pending>, cause: string): void {
  const lost = [...pending.values()]
  pending.clear()
  for (const { operation, reject } of lost) {
    reject(
      new RegiaError('UNAVAILABLE', `The data process ended (${cause}) while "${operation}" was under way.`, {
        hint: 'Try again: it starts anew. If it happens again, the machine may lack memory; lower the memory limit of the data engine.',
      }),
    )
  }
}
