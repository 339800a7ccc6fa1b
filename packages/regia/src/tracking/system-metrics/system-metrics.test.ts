import { spawn } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseGpus } from './gpus.ts'
import { startSystemMetrics } from './system-metrics.ts'

type Logged = { readonly values: Readonly<Record<string, number>>; readonly step: number | undefined }

function recorder() {
  const logged: Logged[] = []
  const logMetrics = async (values: Readonly<Record<string, number>>, options: { readonly step?: number } = {}) => {
    logged.push({ values, step: options.step })
  }
  return { logged, logger: { logMetrics } }
}

describe('startSystemMetrics', () => {
  it('looks at the machine again and again, and counts its samples', async () => {
    const { logged, logger } = recorder()
    const metrics = startSystemMetrics(logger, 20)
    while (logged.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    await metrics.stop()
    const count = logged.length
    expect(logged.map(({ step }) => step)).toEqual(logged.map((_, i) => i))
    const { values } = logged[1]!
    expect(values['system/cpu_utilization_percentage']).toBeGreaterThanOrEqual(0)
    expect(values['system/cpu_utilization_percentage']).toBeLessThanOrEqual(100)
    expect(values['system/system_memory_usage_percentage']).toBeGreaterThan(0)
    expect(values['system/disk_available_megabytes']).toBeGreaterThan(0)
    expect(values['system/process_memory_megabytes']).toBeGreaterThan(20)
    expect(Object.values(values).every(Number.isFinite)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(logged).toHaveLength(count)
  })

  it('has a sample of a run that was shorter than its interval', async () => {
    const { logged, logger } = recorder()
    await startSystemMetrics(logger, 60_000).stop()
    expect(logged).toHaveLength(1)
  })

  it.runIf(process.platform === 'linux')('counts what a process started with it', async () => {
    const inner = `const held = Buffer.alloc(150e6, 1); setInterval(() => held.length, 1000)`
    const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}]); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['-e', outer], { detached: true, stdio: 'ignore' })
    onTestFinished(() => void process.kill(-child.pid!, 'SIGKILL'))
    const { logged, logger } = recorder()
    const metrics = startSystemMetrics(logger, 50, child.pid)
    const memory = () => logged.at(-1)?.values['system/process_memory_megabytes'] ?? 0
    while (memory() < 150) await new Promise((resolve) => setTimeout(resolve, 50))
    await metrics.stop()
  })
})

it('reads what nvidia-smi tells of each GPU, and leaves out what it does not know', () => {
  expect(parseGpus('37, 1000, 8000, 50.00, 100.00\n[N/A], 1000, 10000, [N/A], [N/A]\n')).toEqual({
    gpu_0_utilization_percentage: 37,
    gpu_0_memory_usage_megabytes: 1048.576,
    gpu_0_memory_usage_percentage: 12.5,
    gpu_0_power_usage_watts: 50,
    gpu_0_power_usage_percentage: 50,
    gpu_1_memory_usage_megabytes: 1048.576,
    gpu_1_memory_usage_percentage: 10,
  })
})
