import { readFile } from 'node:fs/promises'
import type { Sampler } from './system-metrics.ts'

/** Megabytes that came in and went out since the run began, over every interface but loopback. Linux only. */
export function network(): Sampler {
  const first = readBytes()
  return async () => {
    const [before, now] = await Promise.all([first, readBytes()])
    if (!before || !now) return {}
    return {
      network_receive_megabytes: (now.received - before.received) / 1e6,
      network_transmit_megabytes: (now.sent - before.sent) / 1e6,
    }
  }
}

async function readBytes(): Promise<{ readonly received: number; readonly sent: number } | undefined> {
  const text = await readFile('/proc/net/dev', 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // "eth0: BYTES packets errs drop fifo frame compressed multicast BYTES …"
  const rows = [...text.matchAll(/^\s*([^:\s]+):\s*(.*)$/gm)].filter(([, name]) => name !== 'lo')
  const counts = rows.map(([, , numbers]) => numbers!.trim().split(/\s+/).map(Number))
  return {
    received: counts.reduce((sum, row) => sum + (row[0] ?? 0), 0),
    sent: counts.reduce((sum, row) => sum + (row[8] ?? 0), 0),
  }
}
