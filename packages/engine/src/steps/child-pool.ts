import type { Clock } from '@regia/core'
import { StepChild } from './step-child.ts'
import type { AttemptOutcome, ReadyAttempt, StepExecutor } from './step-executor.ts'

export type PoolLimits = {
  /** Warm processes to keep at most. */
  readonly maxIdle: number
  /** An idle process ends after so long. */
  readonly idleMs: number
  /** A process that has grown beyond this ends instead of waiting. */
  readonly maxIdleMb: number
  /** Code is never unloaded, so a process serves only so many different bundles. */
  readonly maxBundles: number
}

const LIMITS: PoolLimits = { maxIdle: 2, idleMs: 60_000, maxIdleMb: 250, maxBundles: 20 }

/** Runs attempts in warm child processes, kept by the memory that they were started with. */
export class ChildPool implements StepExecutor {
  #idle: StepChild[] = []
  readonly #busy = new Set<StepChild>()
  readonly #now: Clock
  readonly #limits: PoolLimits
  readonly #sweeper: NodeJS.Timeout

  constructor(now: Clock, limits: Partial<PoolLimits> = {}) {
    this.#now = now
    this.#limits = { ...LIMITS, ...limits }
    this.#sweeper = setInterval(() => this.#endStale(), 5_000).unref()
  }

  async run({ lease, manifestPath, secrets, onEvent, stop, graceMs }: ReadyAttempt): Promise<AttemptOutcome> {
    const child = this.#take(lease.memoryMb, lease.bundleDigest)
    const onStop = () => void child.stop(graceMs())
    stop.addEventListener('abort', onStop)
    if (stop.aborted) onStop()
    try {
      return await child.serve(manifestPath, secrets, onEvent)
    } finally {
      stop.removeEventListener('abort', onStop)
      // A step that returns although it was told to stop leaves a process that is about to be ended.
      if (stop.aborted) await child.stop(graceMs())
      this.#giveBack(child)
    }
  }

  /** A process for a step: a warm one that knows the code, else a warm one, else a new one. */
  #take(memoryMb: number, bundleDigest: string): StepChild {
    this.#idle = this.#idle.filter(({ isUsable }) => isUsable)
    const fitting = this.#idle.filter((child) => child.memoryMb === memoryMb)
    const chosen = fitting.find((child) => child.loaded.has(bundleDigest)) ?? fitting.at(-1)
    if (chosen) this.#idle.splice(this.#idle.indexOf(chosen), 1)
    const child = chosen ?? new StepChild(memoryMb, this.#now)
    child.loaded.add(bundleDigest)
    this.#busy.add(child)
    return child
  }

  #giveBack(child: StepChild): void {
    this.#busy.delete(child)
    const { maxIdle, maxIdleMb, maxBundles } = this.#limits
    if (!child.isUsable || child.residentMb > maxIdleMb || child.loaded.size >= maxBundles) {
      void child.stop(0)
      return
    }
    child.idleSince = this.#now()
    this.#idle.push(child)
    while (this.#idle.length > maxIdle) void this.#idle.shift()!.stop(0)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((child) => child.stop(0)))
  }

  #endStale(): void {
    const stale = this.#idle.filter(({ idleSince }) => this.#now() - idleSince > this.#limits.idleMs)
    for (const child of stale) {
      this.#idle.splice(this.#idle.indexOf(child), 1)
      void child.stop(0)
    }
  }
}
