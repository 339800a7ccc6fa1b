import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegiaError } from '@regia/core'
import type { FromScorer, ScoreInChildRequest, ToScorer } from './job-messages.ts'
import type { ScoreFileResult } from './score-file.ts'
import type { OnScoringProgress } from './scoring-progress.ts'

export type ScoreInChildOptions = { readonly signal: AbortSignal; readonly onProgress?: OnScoringProgress }

/** How long a scoring that is cancelled may take to put its parts in order. */
const GRACE_MS = 30_000

/**
 * Scores a file in a process of its own, so that neither its memory nor its work is this process's.
 *
 * @throws RegiaError whatever `scoreFile` throws; `UNAVAILABLE` when the process ends early. Throws the signal's reason when it is aborted.
 */
export async function scoreInChild(
  request: ScoreInChildRequest,
  { signal, onProgress = () => undefined }: ScoreInChildOptions,
): Promise<ScoreFileResult> {
  signal.throwIfAborted()
  const child = forkChild()
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    child.send({ kind: 'cancel' } satisfies ToScorer, () => undefined)
    timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', cancel)
  try {
    const reply = await replyOf(child, request, onProgress)
    if (reply.kind === 'done') return reply.result
    signal.throwIfAborted()
    throw RegiaError.fromBody(reply.error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

type Reply = Exclude<FromScorer, { kind: 'progress' }>

function replyOf(child: ChildProcess, request: ScoreInChildRequest, onProgress: OnScoringProgress): Promise<Reply> {
  return new Promise((resolve) => {
    let reply: Reply | undefined
    child.on('message', (message: FromScorer) => {
      if (message.kind === 'progress') onProgress(message.progress)
      else reply = message
    })
    const lost = (cause: string) => resolve({ kind: 'failed', error: ended(cause).toBody() })
    child.once('exit', (code, signal) => (reply ? resolve(reply) : lost(signal ?? `code ${code}`)))
    // A child that could not even start has no exit.
    child.once('error', (error) => lost(error.message))
    child.send({ kind: 'score', request } satisfies ToScorer, () => undefined)
  })
}

const ended = (cause: string): RegiaError =>
  new RegiaError('UNAVAILABLE', `The process that scored ended early (${cause}).`, {
    hint: 'Try again: what is done is kept. If it happens again, the machine may lack memory; use fewer threads.',
  })

/** Runs the sibling file of the same kind: compiled beside compiled, source beside source (as tests do). */
function forkChild(): ChildProcess {
  const ending = extname(fileURLToPath(import.meta.url))
  return fork(fileURLToPath(new URL(`./score-process${ending}`, import.meta.url)), {
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}
