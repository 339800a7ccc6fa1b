import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Sample, Sampler } from './system-metrics.ts'

const run = promisify(execFile)
const FIELDS = ['utilization.gpu', 'memory.used', 'memory.total', 'power.draw', 'power.limit']

/** NVIDIA's GPUs, as `nvidia-smi` tells; where it is not there it is asked once and never again. */
export function gpus(): Sampler {
  let isThere = true
  return async () => {
    if (!isThere) return {}
    try {
      const args = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits']
      const { stdout } = await run('nvidia-smi', args, { timeout: 5_000 })
      return parseGpus(stdout)
    } catch {
      isThere = false
      return {}
    }
  }
}

const MEGABYTES_PER_MEBIBYTE = 1.048576

/** One line a GPU: its fields in the order asked for; `[N/A]` where it does not know. */
export function parseGpus(text: string): Sample {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const samples = lines.flatMap((line, i) => {
    const [busy, used, total, power, powerLimit] = line.split(',').map(Number)
    return Object.entries({
      [`gpu_${i}_utilization_percentage`]: busy,
      [`gpu_${i}_memory_usage_megabytes`]: (used ?? Number.NaN) * MEGABYTES_PER_MEBIBYTE,
      [`gpu_${i}_memory_usage_percentage`]: (100 * (used ?? Number.NaN)) / (total ?? Number.NaN),
      [`gpu_${i}_power_usage_watts`]: power,
      [`gpu_${i}_power_usage_percentage`]: (100 * (power ?? Number.NaN)) / (powerLimit ?? Number.NaN),
    })
  })
  return Object.fromEntries(samples.filter((sample): sample is [string, number] => Number.isFinite(sample[1])))
}
