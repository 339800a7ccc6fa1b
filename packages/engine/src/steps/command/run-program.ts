import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { lineReader } from '../child-message.ts'
import { killGroup, listGroup, signalGroup } from './process-group.ts'

export type ProgramRequest = {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly onLine: (stream: 'stdout' | 'stderr', text: string) => void
  readonly signal: AbortSignal
  /** The program and what it starts are killed above this. */
  readonly maximumMb: number
  /** How long it may tidy up after SIGTERM. */
  readonly graceMs: number
  /** Whether it gets a process group of its own: needed where this process runs other steps beside it. */
  readonly ownGroup: boolean
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: 'not-started'; readonly error: NodeJS.ErrnoException }
  | { readonly kind: 'too-big'; readonly usedMb: number }

const LOOK_EVERY_MS = 250
/** A grandchild that was killed lets go of the pipes at once; anything longer is a system in trouble. */
const PIPES_MS = 2_000

/**
 * Runs a program to its end, without a shell. What it started and left running ends with it.
 *
 * When the signal aborts, the program and all of its group get SIGTERM, and SIGKILL after the grace.
 */
export async function runProgram(request: ProgramRequest): Promise<ProgramEnd> {
  const child = start(request)
  if (child instanceof Error) return { kind: 'not-started', error: child }
  readLines(child, request.onLine)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ended = endOf(child)
  if (child.pid === undefined) return ended
  const groupId = request.ownGroup ? child.pid : process.pid
  const over = new AbortController()
  const stop = () => void endGroup(child, groupId, request.graceMs, over.signal)
  request.signal.addEventListener('abort', stop)
  if (request.signal.aborted) stop()
  const tooBig = watchMemory(groupId, request.maximumMb, over.signal)
  const end = await ended
  over.abort()
  request.signal.removeEventListener('abort', stop)
  await killGroup(groupId)
  await Promise.race([closed, wait(PIPES_MS, undefined, { ref: false })])
  return (await tooBig) ?? end
}

/** Some reasons not to start are thrown, such as too many arguments, others come as an event. */
function start({ argv, cwd, env, ownGroup }: ProgramRequest): ChildProcess | NodeJS.ErrnoException {
  const [program = '', ...args] = argv
  try {
    return spawn(program, args, { cwd, env, detached: ownGroup, shell: false, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function readLines(child: ChildProcess, onLine: ProgramRequest['onLine']): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const read = lineReader((text) => onLine(name, text))
    child[name]?.setEncoding('utf8')
    child[name]?.on('data', read)
    child[name]?.on('end', () => read.end())
  }
}

function endOf(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', error }))
    child.once('exit', (exitCode, signal) => resolve({ kind: 'exited', exitCode, signal }))
  })
}

async function endGroup(child: ChildProcess, groupId: number, graceMs: number, over: AbortSignal): Promise<void> {
  // A system without groups knows at least the program itself.
  if ((await signalGroup(groupId, 'SIGTERM')) === 0) child.kill('SIGTERM')
  await wait(graceMs, undefined, { signal: over }).catch(() => undefined)
  if (over.aborted) return
  await killGroup(groupId)
  child.kill('SIGKILL')
}

/** @returns How much was held when the group was killed for it; undefined when it never was. */
async function watchMemory(groupId: number, maximumMb: number, over: AbortSignal): Promise<ProgramEnd | undefined> {
  while (await passed(LOOK_EVERY_MS, over)) {
    const members = await listGroup(groupId)
    const usedMb = Math.round(members.reduce((sum, { memoryMb }) => sum + memoryMb, 0))
    if (usedMb > maximumMb) {
      await killGroup(groupId)
      return { kind: 'too-big', usedMb }
    }
  }
  return undefined
}

/** @returns false when it was over before. */
const passed = (ms: number, over: AbortSignal): Promise<boolean> =>
  wait(ms, true, { signal: over, ref: false }).catch(() => false)
