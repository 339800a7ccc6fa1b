import type { RunLogger } from '@regia/sdk'
import { cpuAndMemory } from './cpu-and-memory.ts'
import { disk } from './disk.ts'
import { gpus } from './gpus.ts'
import { network } from './network.ts'
import { processTree } from './process-tree.ts'

/** What was measured, by name; MLflow's names where it measures the same, so that charts show both together. */
export type Sample = Readonly<Record<string, number>>

/** Looks at one part of the machine; what cannot be measured here gives nothing. Keeps what it needs to tell a difference. */
export type Sampler = () => Promise<Sample>

export type SystemMetrics = { readonly stop: () => Promise<void> }

const PREFIX = 'system/'

/**
 * Logs how busy the machine is, as metrics `system/…` whose step counts the samples, until it is stopped. Never keeps the process alive,
 * and never fails a run: what goes wrong is left out.
 *
 * @param everyMs - Milliseconds between two samples.
 * @param pid - The process whose memory and processor time are told, with all that it started; this one where absent.
 */
export function startSystemMetrics(
  logger: Pick<RunLogger, 'logMetrics'>,
  everyMs: number,
  pid: number = process.pid,
): SystemMetrics {
  const samplers: readonly Sampler[] = [cpuAndMemory(), processTree(pid), disk(), network(), gpus()]
  let step = 0
  let isStopped = false
  let looking: Promise<void> = Promise.resolve()
  const look = async () => {
    const at = Date.now()
    const samples = await Promise.all(samplers.map((sample) => sample().catch((): Sample => ({}))))
    const values = Object.entries(Object.assign({}, ...samples)).map(([name, value]) => [PREFIX + name, Number(value)])
    if (!isStopped) await logger.logMetrics(Object.fromEntries(values), { step: step++, at })
  }
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, everyMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await looking
      // Short runs have one sample as well.
      if (step === 0) await look()
      isStopped = true
    },
  }
}
