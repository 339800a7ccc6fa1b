import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OptimisationReport, RegiaError } from '@regia/core'
import type { FromOptimiser, ToOptimiser } from './optimise-messages.ts'

export type OptimiseInChildOptions = {
  readonly signal: AbortSignal
  readonly onProgress?: (fraction: number, message: string) => void
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 1_800_000

/**
 * Makes a model smaller or faster in a process of its own; writes the new package to `outputPath` if it pays.
 *
 * @throws RegiaError as {@link optimisePackage} and for rows that cannot be read; `MODEL_INVALID` where the process ends or takes too long.
 *   Throws the signal's reason when it is aborted.
 */
export async function optimiseInChild(
  request: ToOptimiser,
  { signal, onProgress = () => undefined, timeoutMs = TIMEOUT_MS }: OptimiseInChildOptions,
): Promise<OptimisationReport> {
  signal.throwIfAborted()
  const child = forkChild()
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  const timer = setTimeout(kill, timeoutMs)
  try {
    const reply = await replyOf(child, request, onProgress)
    signal.throwIfAborted()
    if (reply.kind === 'done') return reply.report
    throw 'code' in reply.error ? RegiaError.fromBody(reply.error) : ended(reply.error.message)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
}

type Reply = Exclude<FromOptimiser, { kind: 'progress' }>

function replyOf(
  child: ChildProcess,
  request: ToOptimiser,
  onProgress: (fraction: number, message: string) => void,
): Promise<Reply> {
  return new Promise((resolve) => {
    let reply: Reply | undefined
    child.on('message', (message: FromOptimiser) => {
      if (message.kind === 'progress') onProgress(message.fraction, message.message)
      else reply = message
    })
    const lost = (cause: string) => resolve({ kind: 'failed', error: ended(cause).toBody() })
    child.once('exit', (code, signal) => (reply ? resolve(reply) : lost(signal ?? `code ${code}`)))
    // A child that could not even start has no exit.
    child.once('error', (error) => lost(error.message))
    child.send(request, () => undefined)
  })
}

const ended = (cause: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `The process that optimised the model ended early (${cause}).`, {
    hint: 'Its graph may be too large for the memory of this machine, or the held-out rows too many.',
  })

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function forkChild(): ChildProcess {
  const ending = extname(fileURLToPath(import.meta.url))
  return fork(fileURLToPath(new URL(`./optimise-process${ending}`, import.meta.url)), {
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}
