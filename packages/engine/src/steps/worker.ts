import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, LeasedStep } from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'
import { Capacity } from './capacity.ts'
import type { PoolLimits } from './child-pool.ts'
import { getExecutor } from './executors.ts'
import { type LeaseServices, runLease } from './run-lease.ts'
import type { ExecutorFactory } from './step-executor.ts'
import type { WorkerClient } from './worker-client.ts'

export type WorkerOptions = {
  readonly client: WorkerClient
  readonly blobs: BlobStore
  /** Folder with stored code (`code/`); attempts work in `work/` below it. */
  readonly home: string
  /** Cores that steps may take together. */
  readonly cpu: number
  /** Memory that steps may take together. */
  readonly memoryMb: number
  /** What the control plane calls it. */
  readonly name: string
  readonly now: Clock
  /** How long a step may tidy up after it was told to stop. Default 3 s. */
  readonly graceMs?: number
  /** Default 1 s. */
  readonly heartbeatMs?: number
  readonly pool?: Partial<PoolLimits>
  /** What runs attempts: `local` (warm child processes, the default), `inProcess` (this very process: tests and small graphs), or one of `executors`. */
  readonly executor?: string
  /** Executors of the project's own, by name. */
  readonly executors?: Readonly<Record<string, ExecutorFactory>>
  /** Where secrets of steps are found; the environment of this process by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export type Worker = {
  /** Takes no more work, ends what runs, reports it, and ends the child processes. */
  readonly stop: () => Promise<void>
}

const IDLE_WAIT_MS = 20_000
// While something runs, what is free grows when it ends, and only the next question says so.
const BUSY_WAIT_MS = 1_000
const MAX_LEASES = 16
const MIN_PAUSE_MS = 20

/** Starts to lease step attempts and to run them. @throws RegiaError `CONFIG_INVALID` for an executor that there is not. */
export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController()
  const { now, cpu, pool = {}, executors = {} } = options
  const executor = getExecutor(options.executor ?? 'local', executors)({ now, cpu, pool })
  const services = { graceMs: 3_000, heartbeatMs: 1_000, environment: process.env, ...options, executor }
  const running = new Set<Promise<void>>()
  const leasing = leaseUntilStopped(services, options, running, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await leasing
      await Promise.all(running)
      await executor.close()
    },
  }
}

async function leaseUntilStopped(
  services: LeaseServices,
  { client, cpu, memoryMb, name }: WorkerOptions,
  running: Set<Promise<void>>,
  stopping: AbortSignal,
): Promise<void> {
  const capacity = new Capacity({ cpu, memoryMb })
  const stopped = new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }))
  let pauseMs = MIN_PAUSE_MS
  // What a worker that was killed left behind; a home has one worker.
  await rm(join(services.home, 'work'), { recursive: true, force: true }).catch(() => undefined)
  while (!stopping.aborted) {
    const { free } = capacity
    if (free.cpu <= 0 || free.memoryMb <= 0) {
      await Promise.race([capacity.whenChanged, stopped])
      continue
    }
    const waitMs = capacity.isIdle ? IDLE_WAIT_MS : BUSY_WAIT_MS
    const steps = await client.acquire({ worker: name, ...free, limit: MAX_LEASES, waitMs }, stopping).then(
      (reply) => reply.steps,
      () => undefined,
    )
    for (const lease of steps ?? []) start(lease, services, capacity, running, stopping)
    // A control plane that is away, or that answers at once with nothing, is not asked in a tight loop.
    pauseMs = steps ? MIN_PAUSE_MS : Math.min(pauseMs * 2, 5_000)
    if (!steps?.length) await Promise.race([wait(pauseMs, undefined, { ref: false }), stopped])
  }
}

function start(
  lease: LeasedStep,
  services: LeaseServices,
  capacity: Capacity,
  running: Set<Promise<void>>,
  stopping: AbortSignal,
): void {
  capacity.take(lease)
  const work = runLease(lease, services, stopping).finally(() => {
    capacity.giveBack(lease)
    running.delete(work)
  })
  running.add(work)
}
