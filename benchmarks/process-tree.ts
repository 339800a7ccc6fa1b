import { readdirSync, readFileSync } from 'node:fs'

// What the operating system knows of processes, from /proc: Linux only.

/** User and system time of one process in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid)
  const ticksPerSecond = 100
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** User and system time of a process and all its living descendants in seconds. */
export const treeCpuSeconds = (root: number): number =>
  descendants(root).reduce((sum, pid) => sum + cpuSecondsOrNone(pid), 0)

/** Resident memory of one process in megabytes. */
export function residentMb(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1024
}

/** Memory of a process and all its descendants in megabytes; what several share is counted once (PSS). */
export function treePssMb(root: number): number {
  return descendants(root).reduce((sum, pid) => sum + pssMb(pid), 0)
}

function descendants(root: number): number[] {
  const children = Map.groupBy(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    parentOf,
  )
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** Fields of /proc/PID/stat after the name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function parentOf(pid: number): number {
  try {
    return Number(statFields(pid)[1])
  } catch {
    return -1 // It ended meanwhile.
  }
}

function cpuSecondsOrNone(pid: number): number {
  try {
    return cpuSeconds(pid)
  } catch {
    return 0 // It ended meanwhile.
  }
}

function pssMb(pid: number): number {
  try {
    const [, kb] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kb ?? 0) / 1024
  } catch {
    return 0 // It ended meanwhile.
  }
}
