import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, StepEvent } from '@regia/core'
import { toIso } from '@regia/core'
import { lineReader, parseMessage } from './child-message.ts'
import { cleanEnvironment } from './command/program-environment.ts'
import type { Secrets } from './secrets.ts'
import { spawnProgram } from './spawn-program.ts'
import type { AttemptOutcome } from './step-executor.ts'

const LAST_STDERR_LINES = 20
const PROGRAM = new URL('./step-process.ts', import.meta.url)

/** A warm child process. It serves one manifest at a time and many in its life. */
export class StepChild {
  readonly memoryMb: number
  /** Digests of the code that it has loaded. */
  readonly loaded = new Set<string>()
  /** Whether it may serve again. */
  isUsable = true
  residentMb = 0
  idleSince = 0
  readonly #process: ChildProcess
  readonly #now: Clock
  readonly #exited: Promise<AttemptOutcome>
  #lastStderr: string[] = []
  #onEvent: (event: StepEvent) => void = () => undefined
  #onDone: () => void = () => undefined

  constructor(memoryMb: number, now: Clock) {
    this.memoryMb = memoryMb
    this.#now = now
    // A process group of its own: what a step starts is ended with it.
    this.#process = spawnProgram(PROGRAM, {
      nodeArgs: [`--max-old-space-size=${Math.max(64, Math.round(memoryMb))}`],
      args: [String(process.pid)],
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // What is not here can neither change a result unseen nor be read by a step that did not ask for it.
      env: cleanEnvironment(process.env),
      detached: true,
    })
    this.#exited = this.#watchExit()
    this.#listen()
  }

  /** Hands over a manifest. Resolves when `result.json` stands, or the process is gone. */
  serve(manifestPath: string, secrets: Secrets, onEvent: (event: StepEvent) => void): Promise<AttemptOutcome> {
    this.#lastStderr = []
    this.#onEvent = onEvent
    const done = new Promise<AttemptOutcome>((resolve) => {
      this.#onDone = () => resolve({ kind: 'done' })
    })
    this.#process.stdin?.write(`${JSON.stringify({ manifestPath, secrets })}\n`)
    return Promise.race([done, this.#exited])
  }

  /** Asks the process to end; after the grace it is ended with everything that it started. */
  async stop(graceMs: number): Promise<void> {
    this.isUsable = false
    if (graceMs > 0) {
      this.#process.kill('SIGTERM')
      const patience = new AbortController()
      await Promise.race([this.#exited, wait(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)])
      patience.abort()
    }
    this.#killGroup()
    await this.#exited
  }

  #listen(): void {
    const { stdout, stderr, stdin, stdio } = this.#process
    stdin?.on('error', () => undefined) // the exit says what happened
    this.#readLines(stdout, (text) => this.#logLine('stdout', text))
    this.#readLines(stderr, (text) => {
      this.#lastStderr = [...this.#lastStderr, text].slice(-LAST_STDERR_LINES)
      this.#logLine('stderr', text)
    })
    this.#readLines(stdio[3], (line) => this.#receive(line))
  }

  #readLines(stream: unknown, onLine: (line: string) => void): void {
    const readable = stream as NodeJS.ReadableStream // 'pipe' above
    readable.setEncoding('utf8')
    readable.on('data', lineReader(onLine))
    readable.on('error', () => undefined)
  }

  #receive(line: string): void {
    const message = parseMessage(line)
    if (message?.type !== 'done') {
      if (message?.type === 'log' && message.stream === 'stderr') this.#lastStderr.push(message.text)
      if (message) this.#onEvent(message)
      return
    }
    this.residentMb = message.residentMb
    if (message.isSpent) this.isUsable = false
    this.#onDone()
  }

  #logLine(stream: 'stdout' | 'stderr', text: string): void {
    this.#onEvent({ type: 'log', stream, text, at: toIso(this.#now()) })
  }

  #watchExit(): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      const end = (exitCode: number | null, signal: string | null) => {
        this.isUsable = false
        resolve({ kind: 'exited', exitCode, signal, lastStderr: this.#lastStderr.slice(-LAST_STDERR_LINES) })
      }
      this.#process.once('error', (error) => {
        this.#lastStderr.push(String(error))
        end(null, null)
      })
      // The last lines may still be in the pipes; a grandchild that holds them open must not hold us up.
      this.#process.once('exit', (exitCode, signal) => {
        this.isUsable = false
        const late = setTimeout(() => end(exitCode, signal), 500)
        this.#process.once('close', () => {
          clearTimeout(late)
          end(exitCode, signal)
        })
      })
    })
  }

  #killGroup(): void {
    const { pid } = this.#process
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      this.#process.kill('SIGKILL') // no group: another system, or all gone already
    }
  }
}
