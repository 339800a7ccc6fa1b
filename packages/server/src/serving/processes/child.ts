import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FromProcess, ToProcess, Written } from './messages.ts'

/** What comes with a number that the other side answers with. */
export type Numbered = Extract<ToProcess, { readonly number: number; readonly kind: 'plan' | 'drop' }>

export type ChildOptions = {
  /** The program of the process. */
  readonly program: URL
  readonly onMessage: (message: FromProcess) => void
  readonly onExit: () => void
}

/** One gateway process, as the one that started it sees it. */
export class Child {
  readonly startedAt = performance.now()
  /** By endpoint. */
  readonly #requestCounts = new Map<string, number>()
  /** It has loaded what it was told of first; from then on changes wait for it. */
  isLoaded = false
  isListening = false
  isDrained = false
  lastHeardAt = performance.now()
  readonly #process: ChildProcess
  #written: Written[] = []
  readonly #acknowledging = new Map<number, () => void>()
  readonly #exited: Promise<void>

  constructor({ program, onMessage, onExit }: ChildOptions) {
    const path = fileURLToPath(program)
    this.#process = fork(path, {
      serialization: 'advanced',
      execArgv: extname(path) === '.ts' ? ['--conditions=source'] : [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', (message: FromProcess) => {
      this.lastHeardAt = performance.now()
      if (message.kind === 'done') this.#acknowledge(message.number)
      else onMessage(message)
    })
    this.#exited = new Promise((resolve) => {
      const gone = (): void => {
        for (const number of [...this.#acknowledging.keys()]) this.#acknowledge(number)
        resolve()
      }
      this.#process.once('exit', gone)
      this.#process.on('error', () => this.#process.pid === undefined && gone())
    })
    void this.#exited.then(onExit)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get requestCount(): number {
    return [...this.#requestCounts.values()].reduce((sum, count) => sum + count, 0)
  }

  requestCountOf(endpoint: string): number {
    return this.#requestCounts.get(endpoint) ?? 0
  }

  count(endpoint: string, requests: number): void {
    this.#requestCounts.set(endpoint, this.requestCountOf(endpoint) + requests)
  }

  get exited(): Promise<void> {
    return this.#exited
  }

  send(message: ToProcess): void {
    // What cannot be sent is for a process that is gone: its end is heard of as such.
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** One message for all that is answered in a turn of the event loop: sending costs more than writing. */
  answer(written: Written): void {
    this.#written.push(written)
    if (this.#written.length > 1) return
    setImmediate(() => {
      const answers = this.#written
      this.#written = []
      this.send({ kind: 'written', answers })
    })
  }

  /** Answers when the process has done it, or is gone. */
  ask(message: Numbered): Promise<void> {
    return new Promise((resolve) => {
      this.#acknowledging.set(message.number, resolve)
      if (this.#process.connected) this.send(message)
      else this.#acknowledge(message.number)
    })
  }

  /** It ends by itself when nobody listens to it any more. */
  leave(): void {
    if (this.#process.connected) this.#process.disconnect()
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #acknowledge(number: number): void {
    this.#acknowledging.get(number)?.()
    this.#acknowledging.delete(number)
  }
}
