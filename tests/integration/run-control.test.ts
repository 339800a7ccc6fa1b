import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Garbage, LineageGraph, PlanStep, Run, RunSummary } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BIN,
  environment,
  finish,
  regia,
  regiaFailure,
  regiaJson,
  regiaUp,
  temporaryFolder,
  type Up,
} from './regia-command.ts'

const STEPS = `
import { existsSync } from 'node:fs'
import { approve, pipeline, step, when, z } from 'regia'

const number = { value: z.number() }
export const load = step({ name: 'load', in: { n: z.number() }, out: number, run: ({ n }) => ({ value: n }) })
export const double = step({
  name: 'double', in: { x: z.number() }, out: number, tags: ['maths'],
  run: ({ x }, ctx) => { ctx.log('doubling ' + x); return { value: 2 * x } },
})
export const wait = step({
  name: 'wait', in: { x: z.number(), ms: z.number() }, out: number,
  run: async ({ x, ms }, ctx) => {
    ctx.log('waiting'); console.error('a warning')
    await new Promise((resolve) => setTimeout(resolve, ms))
    ctx.log('waited'); return { value: x }
  },
})
export const fragile = step({
  name: 'fragile', in: { x: z.number(), file: z.string() }, out: number,
  run: ({ x, file }, ctx) => {
    ctx.log('looks for the file')
    if (!existsSync(file)) throw new Error('there is no ' + file)
    return { value: x }
  },
})
export const publish = step({ name: 'publish', in: { x: z.number() }, out: number, cache: false, run: ({ x }) => ({ value: x }) })

export const sums = pipeline('sums', { n: z.number().default(3) }, (p) => publish({ x: double({ x: load({ n: p.n }).value }).value }))
export const slow = pipeline('slow', { ms: z.number().default(120000) }, (p) => wait({ x: load({ n: 1 }).value, ms: p.ms }))
export const brittle = pipeline('brittle', { file: z.string() }, (p) => fragile({ x: double({ x: load({ n: 2 }).value }).value, file: p.file }))
export const asking = pipeline('asking', { n: z.number().default(1) }, (p) => {
  const { approved } = approve('Publish it?')
  when(approved, () => publish({ x: load({ n: p.n }).value }))
})
`

describe('runs from the command line', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string }
  let up: Up
  let client: RegiaClient

  beforeAll(async () => {
    folder = await temporaryFolder()
    place = { cwd: folder.dir }
    await mkdir(join(folder.dir, 'pipelines'))
    await writeFile(join(folder.dir, 'pipelines/steps.ts'), STEPS)
  })
  afterAll(async () => {
    await up?.stop()
    await folder.remove()
  })

  const statuses = (run: Run) => Object.fromEntries(run.steps.map(({ step, status }) => [step, status]))
  const start = (...args: readonly string[]) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      ...place,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    const says = (text: string) => expect.poll(() => said, { timeout: 45_000 }).toContain(text)
    return { child, finished: finish(child), says }
  }

  it('draw their pipeline before anything has run, without a server', async () => {
    const { code, stdout } = await regia(place, 'graph', 'asking')
    expect(code).toBe(0)
    expect(stdout).toContain('flowchart TD')
    expect(stdout).toMatch(/s\d -\.->\|"if approve\.approved"\| s\d/)
    expect((await regiaJson<{ name: string }>(place, 'graph', 'sums')).name).toBe('sums')
    expect((await regia(place, 'graph', 'sums', '--format', 'text')).stdout).toContain('double   code  load.value')
    expect(await regiaFailure(place, 'graph', 'sums', '--format', 'svg')).toMatchObject({ code: 2 })
    expect(existsSync(join(folder.dir, '.regia'))).toBe(false)
  })

  it('cancel themselves at SIGTERM and let their server go on', async () => {
    up = await regiaUp(place)
    client = createClient({ url: up.url })
    const { child, finished, says } = start('run', 'slow')
    await says('wait | waiting')
    child.kill('SIGTERM')
    const { code, stdout, stderr } = await finished
    expect(code).toBe(130)
    expect(stdout).toContain('slow #1 cancelled')
    expect(stderr).toContain('wait | a warning')
    expect(stdout).not.toContain('a warning')
    const { items } = await client.runs.list({ pipeline: 'slow' })
    expect(items).toMatchObject([{ status: 'cancelled' }])
    await expect.poll(async () => (await client.health()).status).toBe('ok')
  })

  it('can be parts of their pipeline', async () => {
    expect(statuses(await regiaJson<Run>(place, 'run', 'sums', '--to', 'double'))).toEqual({
      load: 'succeeded',
      double: 'succeeded',
      publish: 'skipped',
    })
    const { steps } = await regiaJson<{ steps: PlanStep[] }>(
      place,
      'plan',
      'sums',
      '--from',
      'double',
      '--refresh',
      'double',
    )
    expect(steps.map(({ step, action }) => [step, action])).toEqual([
      ['load', 'reused'],
      ['double', 'run'],
      ['publish', 'run'],
    ])
    expect(statuses(await regiaJson<Run>(place, 'run', 'sums', '--tags', 'maths'))).toMatchObject({ double: 'cached' })
    expect(statuses(await regiaJson<Run>(place, 'run', 'sums', '--only', 'load,double', '--no-cache'))).toEqual({
      load: 'succeeded',
      double: 'succeeded',
      publish: 'skipped',
    })
    const planned = await regia(place, 'plan', 'sums')
    expect(planned.stdout).toMatch(/1 step of 3 to run\./)
    expect(await regiaFailure(place, 'run', 'sums', '--only', 'tripel')).toMatchObject({ code: 2 })
    expect(await regiaFailure(place, 'run', 'sums', '--on-failure', 'panic')).toMatchObject({ code: 2 })
    const old = await regiaJson<Run>(place, 'run', 'sums', '--version', '1', '--param', 'n=5')
    expect(old).toMatchObject({ status: 'succeeded', pipelineVersion: 1 })
    expect(await regiaFailure(place, 'run', 'sums', '--version', '99')).toMatchObject({ code: 3 })
  })

  it('are left to the server with --detach, and followed by their logs', async () => {
    const left = await regiaJson<RunSummary>(place, 'run', 'slow', '--param', 'ms=1500', '--detach')
    expect(['queued', 'running']).toContain(left.status)
    const followed = await regia(place, 'logs', left.id, '-f')
    expect(followed.code).toBe(0)
    expect(followed.stdout).toMatch(/wait {2}waiting[\s\S]*wait {2}waited/)
    const found = await regiaJson<{ lines: { text: string }[]; status: string }>(
      place,
      'logs',
      left.id,
      'wait',
      '--search',
      'WARN',
    )
    expect(found).toMatchObject({ status: 'succeeded', lines: [{ text: 'a warning' }] })
    expect((await regiaJson<{ lines: unknown[] }>(place, 'logs', left.id, '--attempt', '2')).lines).toEqual([])
  })

  it('end with 1 when they fail, and are recovered from where they were', async () => {
    const file = join(folder.dir, 'needed.txt')
    const failed = await regia(place, 'run', 'brittle', '--param', `file=${file}`)
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/there is no .*needed\.txt/)
    expect(failed.stdout).toMatch(/regia recover run_\w+/)
    expect((await regia(place, 'logs', 'brittle#1', '-f')).code).toBe(1)
    await writeFile(file, '')
    const recovered = await regiaJson<Run>(place, 'recover', 'brittle#1')
    expect(recovered).toMatchObject({ status: 'succeeded', number: 2 })
    expect(recovered.recoveredFrom).toMatch(/^run_/)
    expect(recovered.steps.find(({ step }) => step === 'fragile')?.status).toBe('succeeded')
    expect(recovered.steps.find(({ step }) => step === 'double')?.status).not.toBe('succeeded')
    expect(await regiaFailure(place, 'cancel', 'brittle#2')).toMatchObject({ code: 1, error: { code: 'CONFLICT' } })
  })

  it('ask a person, and go on with the answer', async () => {
    const { finished, says } = start('run', 'asking')
    await says('waits for a person')
    const { items } = await regiaJson<{ items: { step: string }[] }>(place, 'approvals')
    expect(items).toMatchObject([{ step: 'approve', approval: { question: 'Publish it?' } }])
    expect((await regia(place, 'approvals')).stdout).toContain('Publish it?')
    const said = await regia(place, 'approve', 'asking#1', '--comment', 'fine')
    expect(said.stdout).toContain('approved')
    expect((await finished).code).toBe(0)
    const again = start('run', 'asking', '--param', 'n=2')
    await again.says('waits for a person')
    await regiaJson(place, 'approve', 'asking#2', 'approve', '--reject')
    expect((await again.finished).code).toBe(0)
    expect(
      statuses(await client.runs.get((await client.runs.list({ pipeline: 'asking' })).items[0]!.id)),
    ).toMatchObject({
      publish: 'skipped',
    })
    expect((await regia(place, 'why', 'asking#2/publish')).stdout).toContain('It runs only if approve.approved.')
    expect(await regiaFailure(place, 'approve', 'asking#2')).toMatchObject({ code: 1, error: { code: 'CONFLICT' } })
    expect((await regia(place, 'approvals')).stdout).toContain('Nothing waits')
  })

  it('say which file changed', async () => {
    await writeFile(join(folder.dir, 'pipelines/factor.ts'), 'export const factor = 3\n')
    const tripled = `import { pipeline, step, z } from 'regia'
import { factor } from './factor.ts'
export const triple = step({ name: 'triple', in: { x: z.number() }, out: { value: z.number() }, run: ({ x }) => ({ value: factor * x }) })
export const triples = pipeline('triples', {}, () => triple({ x: 1 }))
`
    await writeFile(join(folder.dir, 'pipelines/triples.ts'), tripled)
    await regiaJson(place, 'run', 'triples')
    await writeFile(join(folder.dir, 'pipelines/factor.ts'), 'export const factor = 4\n')
    await regiaJson(place, 'run', 'triples')
    const { stdout } = await regia(place, 'why', 'triples#2/triple')
    expect(stdout).toContain('code pipelines/factor.ts')
    expect(stdout).not.toContain('code pipelines/triples.ts: ')
  })

  it('leave lineage, and garbage that goes only when told to', async () => {
    const lineage = await regiaJson<LineageGraph>(place, 'lineage', 'artifact', 'sums#1/double/value')
    expect(lineage.edges.length).toBeGreaterThan(0)
    const { stdout } = await regia(place, 'lineage', 'run', 'sums#1')
    expect(stdout).toContain('run sums #1')
    expect(await regiaFailure(place, 'lineage', 'cat', 'x')).toMatchObject({ code: 2 })
    const policy = ['--keep-runs', '1', '--keep-days', '0', '--keep-cache-days', '0']
    const before = (await client.runs.list({ limit: 1000 })).total
    const would = await regiaJson<Garbage>(place, 'gc', ...policy)
    expect(would).toMatchObject({ isDryRun: true, runs: before - 5 })
    expect((await client.runs.list({ limit: 1 })).total).toBe(before)
    const done = await regia(place, 'gc', ...policy, '--apply')
    expect(done.stdout).toContain(`Took away ${would.runs} runs`)
    expect((await client.runs.list({ limit: 1 })).total).toBe(5)
    expect(await readdir(join(folder.dir, '.regia/blobs'))).toContain('sha256')
    expect((await regiaJson<Run>(place, 'run', 'sums')).status).toBe('succeeded')
  })
})
