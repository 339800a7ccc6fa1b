import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, RegiaError, type ServedEndpointSpec } from '@regia/core'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { GatewayFollower, ProcessView } from '../gateway/other-processes.ts'
import { type WantedVersions, withShares } from '../gateway/wanted-versions.ts'
import { Child, type Numbered } from './child.ts'
import type { Beginning, FromProcess, Plan } from './messages.ts'
import { takeAnswers, takeHappenings } from './take-answers.ts'

export type GatewayProcessesOptions = {
  readonly count: number
  /** The program of a process. */
  readonly program: URL
  readonly find: (endpoint: string) => EndpointGateway | undefined
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

type Listening = Omit<Beginning, 'kind' | 'plans'>

/** A change is not held up longer by a process that does not say that it has it. */
const ACKNOWLEDGE_MS = 10_000
/** A process that says nothing for so long hangs. */
const SILENT_MS = 10_000
const LOOK_MS = 1_000
const START_MS = 60_000
const EXIT_MS = 5_000
const DRAINED_MS = 30_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 10_000
/** One that has lived so long did not die of its beginning. */
const STEADY_MS = 60_000

/** Processes that answer predictions at the port of this one, which alone writes, counts and decides. */
export class GatewayProcesses implements GatewayFollower {
  readonly #options: GatewayProcessesOptions
  readonly #children = new Set<Child>()
  readonly #plans = new Map<string, Plan>()
  #listening: Listening | undefined
  #looking: NodeJS.Timeout | undefined
  #lookedAt = 0
  #number = 0
  #waitMs = FIRST_WAIT_MS
  #restartCount = 0
  #isClosing = false
  readonly #waits = new AbortController()

  constructor(options: GatewayProcessesOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#options.count
  }

  /** Processes that took the place of one that ended. */
  get restartCount(): number {
    return this.#restartCount
  }

  /** Those that listen. */
  views(): readonly ProcessView[] {
    return [...this.#children]
      .filter(({ isListening }) => isListening)
      .map(({ pid, requestCount }) => ({ pid, requestCount }))
  }

  processesOf(endpoint: string): readonly ProcessView[] {
    return [...this.#children]
      .filter(({ isListening }) => isListening)
      .map((child) => ({ pid: child.pid, requestCount: child.requestCountOf(endpoint) }))
  }

  /** Answers when all of them listen. @throws RegiaError `UNAVAILABLE` where they do not within a minute. */
  async start(listening: Listening): Promise<void> {
    this.#listening = listening
    this.#lookedAt = performance.now()
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref()
    for (let i = 0; i < this.#options.count; i++) this.#spawn()
    const until = performance.now() + START_MS
    while (this.views().length < this.#options.count) {
      if (performance.now() > until) throw notStarted()
      await sleep(10)
    }
  }

  async changed(spec: ServedEndpointSpec, { shadow: _, ...wanted }: WantedVersions): Promise<void> {
    const plan = { spec, wanted }
    this.#plans.set(spec.name, plan)
    await this.#ask((number) => ({ kind: 'plan', number, plan }))
  }

  sharesChanged(endpoint: string, byVersion: ReadonlyMap<number, number>): void {
    const plan = this.#plans.get(endpoint)
    if (plan) this.#plans.set(endpoint, { ...plan, wanted: withShares(plan.wanted, byVersion) })
    for (const child of this.#children) child.send({ kind: 'shares', endpoint, shares: [...byVersion] })
  }

  async dropped(endpoint: string): Promise<void> {
    if (!this.#plans.delete(endpoint)) return
    await this.#ask((number) => ({ kind: 'drop', number, endpoint }))
  }

  /** Answers when no process has anything to answer any more but what it passes on. */
  async drain({ delayMs, lingerMs }: { readonly delayMs: number; readonly lingerMs: number }): Promise<void> {
    this.#isClosing = true
    this.#waits.abort()
    clearInterval(this.#looking)
    const children = [...this.#children]
    for (const child of children) child.send({ kind: 'drain', delayMs, lingerMs })
    const until = performance.now() + delayMs + lingerMs + DRAINED_MS
    const isUnderWay = () =>
      children.some((child) => this.#children.has(child) && child.isListening && !child.isDrained)
    while (isUnderWay() && performance.now() < until) await sleep(10)
  }

  /** Ends them. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#waits.abort()
    clearInterval(this.#looking)
    await Promise.all(
      [...this.#children].map(async (child) => {
        child.leave()
        const killing = setTimeout(() => child.kill(), EXIT_MS)
        await child.exited
        clearTimeout(killing)
      }),
    )
  }

  #spawn(): void {
    const { program } = this.#options
    const child = new Child({
      program,
      onMessage: (message) => this.#take(child, message),
      onExit: () => this.#exited(child),
    })
    this.#children.add(child)
    if (this.#listening) child.send({ kind: 'begin', ...this.#listening, plans: this.#plansNow() })
  }

  /** What was rolled back to or on to since a plan was made is loaded here, and so it is there. */
  #plansNow(): readonly Plan[] {
    return [...this.#plans].map(([name, plan]) => {
      const previous = this.#options.find(name)?.previous?.registered
      return previous ? { ...plan, wanted: { ...plan.wanted, previous } } : plan
    })
  }

  #exited(child: Child): void {
    this.#children.delete(child)
    if (this.#isClosing) return
    if (performance.now() - child.startedAt > STEADY_MS) this.#waitMs = FIRST_WAIT_MS
    const waitMs = this.#waitMs
    this.#waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)
    this.#restartCount++
    sleep(waitMs, undefined, { signal: this.#waits.signal }).then(
      () => this.#spawn(),
      () => undefined,
    )
  }

  #take(child: Child, message: FromProcess): void {
    switch (message.kind) {
      case 'loaded':
        child.isLoaded = true
        child.send({ kind: 'listen' })
        return
      case 'listening':
        child.isListening = true
        return
      case 'drained':
        child.isDrained = true
        return
      case 'write':
        this.#write(child, message)
        return
      case 'happened': {
        const gateway = this.#options.find(message.endpoint)
        child.count(message.endpoint, message.errors.length)
        if (gateway) takeHappenings(gateway, message)
        return
      }
      case 'alive':
      case 'done':
        return
    }
  }

  #write(child: Child, message: Extract<FromProcess, { readonly kind: 'write' }>): void {
    const { number, endpoint } = message
    const { find, clock } = this.#options
    child.count(endpoint, message.counts.length)
    try {
      const gateway = find(endpoint)
      if (!gateway) throw noEndpoint(endpoint)
      child.answer({ number, ids: takeAnswers(gateway, message, clock()) })
    } catch (error) {
      const known = error instanceof RegiaError ? error : new RegiaError('INTERNAL', String(error), { cause: error })
      if (known !== error) this.#options.onError(error)
      child.answer({ number, error: known.toBody() })
    }
  }

  /** All processes do it, or a while is over. One that has not begun yet does it in its turn. */
  async #ask(make: (number: number) => Numbered): Promise<void> {
    const asked = [...this.#children].map((child) => {
      const done = child.ask(make(++this.#number))
      return child.isLoaded ? done : undefined
    })
    const isOver = new AbortController()
    await Promise.race([
      Promise.all(asked),
      sleep(ACKNOWLEDGE_MS, undefined, { signal: isOver.signal }).catch(() => undefined),
    ])
    isOver.abort()
  }

  /** A process that hangs is ended, and another takes its place. */
  #look(): void {
    const now = performance.now()
    const wasHeldUp = now - this.#lookedAt > 2 * LOOK_MS
    this.#lookedAt = now
    // What they said meanwhile is still to be read.
    if (wasHeldUp) return
    for (const child of this.#children) if (now - child.lastHeardAt > SILENT_MS) child.kill()
  }
}

const notStarted = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The gateway processes did not begin to listen within a minute.', {
    where: '--gateways',
    hint: 'See what they wrote above, or leave --gateways out.',
  })

const noEndpoint = (name: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no endpoint "${name}" any more.`, { where: name })
