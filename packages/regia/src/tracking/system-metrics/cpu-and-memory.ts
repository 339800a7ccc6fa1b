import { readFile } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import type { Sampler } from './system-metrics.ts'

/** How busy all processors were since the last sample, and how much memory is taken. */
export function cpuAndMemory(): Sampler {
  let before = cpuTimes()
  return async () => {
    const now = cpuTimes()
    const totalMs = now.total - before.total
    const busyFraction = totalMs > 0 ? (now.busy - before.busy) / totalMs : 0
    before = now
    const usedBytes = totalmem() - (await availableBytes())
    return {
      cpu_utilization_percentage: 100 * busyFraction,
      system_memory_usage_megabytes: usedBytes / 1e6,
      system_memory_usage_percentage: (100 * usedBytes) / totalmem(),
    }
  }
}

function cpuTimes(): { readonly busy: number; readonly total: number } {
  const times = cpus().map((cpu) => cpu.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { busy: total - times.reduce((sum, { idle }) => sum + idle, 0), total }
}

/** Linux counts what it only keeps to be quick as available, and the system call does not. */
async function availableBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const found = /^MemAvailable:\s+(\d+) kB/m.exec(text)
  return found ? Number(found[1]) * 1024 : freemem()
}
