import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const EVERY_MS = 100
/** Linux counts in pages of this size on every machine that Node runs on. */
const PAGE_BYTES = 4096

/**
 * Ends a child that takes more memory than it may: what native code takes is outside of V8's own limit. Only Linux tells a process of another's memory
 * without a program beside it; elsewhere nothing is watched.
 */
export function watchMemory(child: ChildProcess, limitBytes: number) {
  let isExceeded = false
  const look = async (): Promise<void> => {
    const text = await readFile(`/proc/${child.pid}/statm`, 'utf8').catch(() => '')
    if (Number(text.split(' ')[1] ?? 0) * PAGE_BYTES <= limitBytes) return
    isExceeded = true
    child.kill('SIGKILL')
  }
  const timer = process.platform === 'linux' ? setInterval(() => void look(), EVERY_MS) : undefined
  return { isExceeded: () => isExceeded, stop: () => clearInterval(timer) }
}
