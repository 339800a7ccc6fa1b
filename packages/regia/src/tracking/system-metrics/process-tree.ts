import { readdir, readFile } from 'node:fs/promises'
import type { Sampler } from './system-metrics.ts'

const PAGE_BYTES = 4096
const TICKS_PER_SECOND = 100

type Usage = { readonly residentBytes: number; readonly cpuMs: number }

/**
 * Memory and processor time of a process and of everything that it started; 100 % is one processor. Elsewhere than on Linux only of this
 * process itself.
 */
export function processTree(pid: number): Sampler {
  let before: { readonly atMs: number; readonly cpuMs: number } | undefined
  return async () => {
    const usage = process.platform === 'linux' ? await readTree(pid) : ownUsage(pid)
    if (!usage) return {}
    const atMs = Date.now()
    const last = before
    before = { atMs, cpuMs: usage.cpuMs }
    return {
      process_memory_megabytes: usage.residentBytes / 1e6,
      ...(last &&
        atMs > last.atMs && {
          // A child that ended takes its time with it.
          process_cpu_percentage: (100 * Math.max(0, usage.cpuMs - last.cpuMs)) / (atMs - last.atMs),
        }),
    }
  }
}

function ownUsage(pid: number): Usage | undefined {
  if (pid !== process.pid) return undefined
  const { user, system } = process.cpuUsage()
  return { residentBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 }
}

async function readTree(root: number): Promise<Usage | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = new Map(
    (await Promise.all(pids.map(readProcess))).flatMap((found) => (found ? [[found.pid, found]] : [])),
  )
  if (!all.has(root)) return undefined
  const inside = [...all.values()].filter(({ pid }) => leadsTo(pid, root, all))
  return {
    residentBytes: inside.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    cpuMs: inside.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  }
}

type ProcessStat = Usage & { readonly pid: number; readonly parent: number }

function leadsTo(pid: number, root: number, all: ReadonlyMap<number, ProcessStat>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 0; at = all.get(at)?.parent)
    if (at === root) return true
  return false
}

/** Nothing where it ended meanwhile. See proc_pid_stat(5): the name stands in brackets and may hold anything. */
async function readProcess(name: string): Promise<ProcessStat | undefined> {
  const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => undefined)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [parent, user, system, resident] = [fields[1], fields[11], fields[12], fields[21]].map(Number)
  return {
    pid: Number(name),
    parent: parent ?? 0,
    cpuMs: (((user ?? 0) + (system ?? 0)) / TICKS_PER_SECOND) * 1000,
    residentBytes: (resident ?? 0) * PAGE_BYTES,
  }
}
