import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, step, value } from '../../../test/graphs.ts'
import { succeed } from '../../../test/scripted-worker.ts'

const SERVE = join(import.meta.dirname, '../../../test/serve.ts')
const ELEMENTS = 1_000
const KILLS = 6
/** Long enough for a busy machine: a lease that expires by itself is not what is tested here. */
const LEASE_MS = 5_000

type Process = { readonly client: RegiaClient; readonly pid: number; readonly kill: () => Promise<void> }

function project(): string {
  const dir = mkdtempSync(join(tmpdir(), 'regia-wide-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function serve(dir: string): Promise<Process> {
  const args = ['--conditions=source', SERVE, join(dir, '.regia'), dir, String(LEASE_MS)]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout!, 'data')
  return { client: createClient({ url: String(line).trim() }), pid: child.pid!, kill }
}

const numbers = Array.from({ length: ELEMENTS }, (_, i) => i)
const wide = graph('wide', [
  step('twice', { inputs: { x: value(numbers) }, map: { input: 'x', by: { kind: 'items' }, minimumSuccess: 1 } }),
])

/** Works until the run is over or the server is gone. @returns How often each element was reported, and taken. */
async function work(client: RegiaClient, runId: string, taken: Map<number, number>): Promise<void> {
  for (;;) {
    const request = { worker: 'w', cpu: 64, memoryMb: 100_000, limit: 4, waitMs: 100 }
    const { steps } = await client.leases.acquire(request)
    if (steps.length === 0 && (await client.runs.get(runId)).finishedAt !== undefined) return
    for (const lease of steps) {
      const n = Number(lease.inputs.x?.value)
      await client.leases.report(lease.stepRunId, { ...succeed(2 * n), leaseToken: lease.leaseToken })
      taken.set(n, (taken.get(n) ?? 0) + 1)
    }
  }
}

async function valuesOf(client: RegiaClient, runId: string): Promise<readonly unknown[]> {
  const { steps, status } = await client.runs.get(runId)
  expect(status).toBe('succeeded')
  const bytes = await client.blobs.read(steps[0]!.outputs.out!.digest)
  return JSON.parse(Buffer.from(bytes).toString()).items.map((item: { value: unknown }) => item.value)
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

describe('a map of a thousand elements', () => {
  it.runIf(process.platform === 'linux')('stays small in memory', async () => {
    const { client, pid } = await serve(project())
    await deploy(client, wide)
    const { id } = await client.pipelines.run('wide')
    const before = residentMb(pid)
    await work(client, id, new Map())
    expect(await valuesOf(client, id)).toEqual(numbers.map((n) => 2 * n))
    expect(residentMb(pid) - before).toBeLessThan(200)
    expect(residentMb(pid)).toBeLessThan(500)
  })

  it('is neither lost nor done twice when the server is killed while it takes apart, works and puts together', async () => {
    const dir = project()
    const rng = createRng('wide')
    const taken = new Map<number, number>()
    let runId: string | undefined
    for (let round = 0; round <= KILLS; round++) {
      const { client, kill } = await serve(dir)
      if (runId === undefined) {
        await deploy(client, wide)
        runId = (await client.pipelines.run('wide')).id
      }
      const working = work(client, runId, taken).catch((error: unknown) => error)
      if (round < KILLS) {
        // Early ones hit the writing of the elements, later ones the work on them.
        await new Promise((resolve) => setTimeout(resolve, rng.integer(20 + 60 * round)))
        await kill()
      }
      const ended = await working
      if (round < KILLS) continue
      expect(ended).toBeUndefined()
      expect(await valuesOf(client, runId)).toEqual(numbers.map((n) => 2 * n))
      const { total } = await client.runs.mapItems(runId, 'twice', { status: 'succeeded' })
      expect(total).toBe(ELEMENTS)
      expect([...taken.values()].filter((count) => count > 1)).toEqual([])
    }
    expect(taken.size).toBeGreaterThan(ELEMENTS - KILLS * 4)
  })
})
