import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegiaError } from '@regia/core'
import type { FromPackager, PackagedModel, ToPackager } from './package-messages.ts'
import { watchMemory } from './watch-memory.ts'

export type PackageInChildOptions = {
  readonly signal: AbortSignal
  readonly timeoutMs?: number
  /** What the process may hold in memory, ONNX Runtime included; looked at several times a second, on Linux. Default 4 GiB. */
  readonly memoryLimitBytes?: number
}

const TIMEOUT_MS = 300_000
const MEMORY_LIMIT_BYTES = 4 * 2 ** 30

/**
 * Packages a model of another tool in a process of its own and writes the package to a file: neither ONNX Runtime's memory nor a crash by a strange file
 * is this process's.
 *
 * @throws RegiaError `MODEL_INVALID` where the model cannot be served, also where its process ends or takes too long. Throws the
 *   signal's reason when it is aborted.
 */
export async function packageInChild(
  request: ToPackager,
  { signal, timeoutMs = TIMEOUT_MS, memoryLimitBytes = MEMORY_LIMIT_BYTES }: PackageInChildOptions,
): Promise<PackagedModel> {
  signal.throwIfAborted()
  const child = forkChild()
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  const timer = setTimeout(kill, timeoutMs)
  const memory = watchMemory(child, memoryLimitBytes)
  try {
    const reply = await replyOf(child, request)
    signal.throwIfAborted()
    if (memory.isExceeded()) throw ended(`it took more than ${memoryLimitBytes} bytes of memory`)
    if (reply.kind === 'done') return reply.record ? { record: reply.record } : {}
    throw 'code' in reply.error ? RegiaError.fromBody(reply.error) : ended(reply.error.message)
  } finally {
    clearTimeout(timer)
    memory.stop()
    signal.removeEventListener('abort', kill)
  }
}

function replyOf(child: ChildProcess, request: ToPackager): Promise<FromPackager> {
  return new Promise((resolve) => {
    let reply: FromPackager | undefined
    child.once('message', (message: FromPackager) => {
      reply = message
    })
    const lost = (cause: string) => resolve({ kind: 'failed', error: ended(cause).toBody() })
    child.once('exit', (code, signal) => (reply ? resolve(reply) : lost(signal ?? `code ${code}`)))
    // A child that could not even start has no exit.
    child.once('error', (error) => lost(error.message))
    child.send(request, () => undefined)
  })
}

const ended = (cause: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `the process that packaged it ended early (${cause}).`, {
    hint: 'Its file may be damaged, or too large for the memory of this machine.',
  })

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function forkChild(): ChildProcess {
  const ending = extname(fileURLToPath(import.meta.url))
  return fork(fileURLToPath(new URL(`./package-process${ending}`, import.meta.url)), {
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}
