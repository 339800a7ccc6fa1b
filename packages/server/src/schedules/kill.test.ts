import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backfillSpecSchema, createRng, notifierSpecSchema, scheduleSpecSchema } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, param, step } from '../../test/graphs.ts'
import { fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'

const SERVE = join(import.meta.dirname, '..', '..', 'test', 'serve-killed.ts')
const PATIENCE = { timeout: 60_000, interval: 50 }

type Killed = { readonly client: RegiaClient; readonly kill: () => Promise<void>; readonly died: Promise<unknown> }

/** A real server in a process of its own, which kills itself at a point. */
async function serve(projectDir: string, point = 'never'): Promise<Killed> {
  const args = ['--conditions=source', SERVE, join(projectDir, '.regia'), projectDir, point]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const died = once(child, 'exit')
  const kill = async () => {
    if (child.kill('SIGKILL')) await died
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout!, 'data')
  return { client: createClient({ url: String(line).trim() }), kill, died }
}

function project(): string {
  const projectDir = mkdtempSync(join(tmpdir(), 'regia-when-kill-'))
  onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
  return projectDir
}

const pipeline = graph('p', [step('a', { cache: false, inputs: { x: param('x') } })], {
  x: { schema: {}, default: null },
})

describe('a server that is killed', () => {
  it.each(['before-the-run', 'after-the-run'])('%s of a firing starts it once', async (point) => {
    const projectDir = project()
    const first = await serve(projectDir, point)
    await deploy(first.client, pipeline)
    const spec = { name: 's', pipeline: 'p', when: { on: 'webhook' }, overlap: 'queue', params: { x: '{time}' } }
    await first.client.schedules.apply(scheduleSpecSchema.parse(spec))
    await first.client.schedules.fire('s').catch(() => {})
    await first.died
    const { client } = await serve(projectDir)
    await expect.poll(async () => (await client.schedules.get('s')).lastFiring?.runId, PATIENCE).toBeDefined()
    const [run] = (await client.runs.list()).items
    const { items } = await client.schedules.firings('s')
    expect(items).toMatchObject([{ outcome: 'started', runId: run?.id }])
    expect((await client.runs.list()).total).toBe(1)
    expect(run?.params.x).toBe(items[0]?.at)
  })

  it.each([
    ['before-telling', 1],
    ['before-sending', 1],
    ['after-sending', 2],
  ])('%s sends what happened at the next start', async (point, times) => {
    const projectDir = project()
    const first = await serve(projectDir, point)
    await deploy(first.client, pipeline)
    const via = { kind: 'custom', type: 'file' }
    await first.client.notifiers.apply(notifierSpecSchema.parse({ name: 'n', events: ['run-failed'], via }))
    await first.client.pipelines.run('p')
    await workUntilIdle(first.client, () => fail(false)).catch(() => {})
    await first.died
    const { client } = await serve(projectDir)
    await expect.poll(async () => (await client.notifiers.notifications()).items[0]?.status, PATIENCE).toBe('sent')
    expect((await client.notifiers.notifications()).total).toBe(1)
    const told = readFileSync(join(projectDir, 'told.txt'), 'utf8').trim().split('\n')
    expect(told).toEqual(Array.from({ length: times }, () => '1 p #1 failed in step "a"'))
  })

  it('goes on with its back-fill: no window twice, none lost', async () => {
    const projectDir = project()
    const rng = createRng('backfill')
    const values = Array.from({ length: 30 }, (_, i) => i)
    let id: string | undefined
    for (let round = 0; round < 5; round++) {
      const { client, kill, died } = await serve(projectDir)
      if (id === undefined) {
        await deploy(client, pipeline)
        const over = { kind: 'values', param: 'x', values }
        id = (await client.backfills.start(backfillSpecSchema.parse({ pipeline: 'p', over, concurrency: 3 }))).id
      }
      const backfill = id
      let isDead = false
      const work = async () => {
        await workUntilIdle(client, () => succeed(1))
        await new Promise((resolve) => setTimeout(resolve, 20))
        return (await client.backfills.get(backfill)).status === 'running'
      }
      const working = (async () => {
        // On a busy machine a lease may run out before its report; the attempt comes again.
        while (!isDead) if (!(await work().catch(() => true))) return
      })()
      if (round < 4) {
        await new Promise((resolve) => setTimeout(resolve, 300 + rng.integer(900)))
        await kill()
        await died
        isDead = true
      }
      await working
      if (round < 4) continue
      expect(await client.backfills.get(backfill)).toMatchObject({ status: 'succeeded', succeeded: 30 })
      const runs = (await client.runs.list({ limit: 100 })).items
      expect(runs.map(({ params }) => Number(params.x)).sort((a, b) => a - b)).toEqual(values)
    }
  })
})
