import { statfs } from 'node:fs/promises'
import type { Sampler } from './system-metrics.ts'

/** How full the disk of the working folder is. */
export const disk = (): Sampler => async () => {
  const { bsize, blocks, bfree, bavail } = await statfs(process.cwd())
  const used = blocks - bfree
  return {
    disk_usage_megabytes: (used * bsize) / 1e6,
    disk_available_megabytes: (bavail * bsize) / 1e6,
    // As "df" counts: what is kept back for the system belongs to neither side.
    disk_usage_percentage: used + bavail > 0 ? (100 * used) / (used + bavail) : 0,
  }
}
