import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deployed, FakeControlPlane } from '../../../../tests/fixtures/steps/fake-control-plane.ts'
import { folderBlobStore } from '../blobs/index.ts'
import { bundleEntry, discover, storeBundle } from '../bundling/index.ts'
import { createDataEngine } from '../data/index.ts'
import { startWorker, type Worker } from './index.ts'

const PROJECT_DIR = fileURLToPath(new URL('../../../../tests/fixtures/steps/', import.meta.url))
const FIRST_ID = 'stp_00000000000000000000000001'

const NUMBER = { kind: 'value', schema: {} } as const

let home: string
let deployed: Deployed

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-home-'))
  const bundle = await bundleEntry('steps.ts', PROJECT_DIR)
  await storeBundle(bundle, home)
  const { pipelines } = await discover(bundle)
  deployed = { graph: pipelines[0]!, bundleDigest: bundle.digest, projectDir: PROJECT_DIR }
})

afterAll(() => rm(home, { recursive: true, force: true }))

async function withWorker<Result>(
  work: (plane: FakeControlPlane, worker: Worker) => Promise<Result>,
  options: { readonly cpu?: number; readonly graceMs?: number } = {},
): Promise<Result> {
  const plane = new FakeControlPlane(deployed)
  const worker = startWorker({
    client: plane,
    blobs: await folderBlobStore(join(home, 'blobs')),
    home,
    cpu: 2,
    memoryMb: 2048,
    name: 'test',
    now: Date.now,
    heartbeatMs: 100,
    graceMs: 500,
    ...options,
  })
  try {
    return await work(plane, worker)
  } finally {
    await worker.stop()
  }
}

const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a step', () => {
  it('gets parsed inputs and gives parsed outputs', async () => {
    const { report } = await withWorker((plane) => plane.ask('add'))
    expect(report).toMatchObject({
      status: 'succeeded',
      leaseToken: 1,
      outputs: { sum: { kind: 'value', value: 42, sizeBytes: 2, digest: expect.stringMatching(/^sha256:/) } },
    })
    expect(await readdir(join(home, 'work'))).toEqual([])
  })

  it('gets lists', async () => {
    const { report } = await withWorker((plane) => plane.ask('total'))
    expect(report).toMatchObject({ status: 'succeeded', outputs: { sum: { value: 6 } } })
  })

  it('speaks, in order, on every channel', async () => {
    const { lines, events } = await withWorker((plane) => plane.ask('talk'))
    expect(lines).toEqual([
      'stdout: one',
      'stderr: three',
      'stdout: four',
      'system: The metric "loss" is NaN and was not kept.',
      'stdout: two, still two',
    ])
    const metrics = events.filter((event) => event.type === 'metric')
    expect(metrics).toMatchObject([{ name: 'loss', value: 0.5, step: 3 }])
    const progress = events.filter((event) => event.type === 'progress')
    expect(progress.at(-1)).toMatchObject({ fraction: 1, message: 'row 1000' })
    expect(progress.length).toBeLessThan(20)
  })

  it('may say more than is kept, and longer lines', async () => {
    await withWorker(async (plane) => {
      const { lines, report } = await plane.ask('chatter')
      expect(report.status).toBe('succeeded')
      expect(lines).toHaveLength(20_002)
      expect(lines.slice(-2)).toEqual([
        'system: More than 20000 lines: the rest is not kept.',
        'system: 50000 lines (0.8 million characters) were written; the last 30000 are not kept.',
      ])
      const long = await plane.ask('chatter-2')
      expect(long.lines).toHaveLength(100)
      expect(long.lines[99]).toMatch(/^stdout: 99 x{7997} …$/)
    })
  })

  it('draws the same random numbers again', async () => {
    const [one, two] = await withWorker(async (plane) => [await plane.ask('random'), await plane.ask('random')])
    expect(one?.report).toMatchObject({ status: 'succeeded' })
    expect(two?.report).toMatchObject({ ...one?.report, leaseToken: 2 })
  })

  it('that throws is shown in its author’s lines', async () => {
    const { report } = await withWorker((plane) => plane.ask('fail'))
    const source = await readFile(join(PROJECT_DIR, 'steps.ts'), 'utf8')
    const line = source.split('\n').findIndex((text) => text.includes("RangeError('too far')")) + 1
    expect(report).toMatchObject({
      status: 'failed',
      isRetryable: true,
      error: {
        code: 'USER_CODE_FAILED',
        message: expect.stringContaining('RangeError: too far'),
        where: `steps.ts:${line}`,
        stack: expect.stringContaining(`steps.ts:${line}`),
      },
    })
  })

  it('that throws outside of its promise fails all the same', async () => {
    const { report } = await withWorker((plane) => plane.ask('stray'))
    expect(report).toMatchObject({
      status: 'failed',
      error: { code: 'USER_CODE_FAILED', message: expect.stringContaining('from a timer') },
    })
  })

  it('that exits, or is killed, has crashed; the next one runs', async () => {
    await withWorker(async (plane) => {
      const [exit, killed] = await Promise.all([plane.ask('exit'), plane.ask('self-kill')])
      expect(exit.report).toMatchObject({
        status: 'failed',
        isRetryable: true,
        error: {
          code: 'STEP_CRASHED',
          message: expect.stringContaining('exit code 3'),
          data: { exitCode: 3, signal: null, lastStderr: 'leaving' },
        },
      })
      expect(killed.report).toMatchObject({ error: { code: 'STEP_CRASHED', data: { signal: 'SIGKILL' } } })
      expect((await plane.ask('add')).report.status).toBe('succeeded')
    })
  })

  it('that needs more memory than it has is told so', async () => {
    const { report } = await withWorker((plane) => plane.ask('memory', { memoryMb: 64 }))
    expect(report).toMatchObject({
      error: { code: 'STEP_CRASHED', hint: expect.stringContaining('ran out of its 64 MB') },
    })
  })

  it('that never ends is ended, with what it keeps busy', async () => {
    const { report } = await withWorker((plane) => plane.ask('spin', { timeoutMs: 1_000 }))
    expect(report).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMED_OUT' }, isRetryable: true })
  })

  it('may tidy up when it is cancelled', async () => {
    const { report, lines } = await withWorker(async (plane) => {
      plane.onEvent.push((_, stepRunId) => plane.cancelled.add(stepRunId))
      return plane.ask('polite')
    })
    expect(report).toEqual({ status: 'cancelled', leaseToken: 1 })
    expect(lines).toEqual(['stdout: waiting', 'stdout: tidied up'])
  })

  it('that ignores SIGTERM is killed after the grace', async () => {
    const marker = join(home, 'stubborn.pid')
    await withWorker(async (plane) => {
      const inputs = { marker: { type: NUMBER, value: marker, artifacts: [], isList: false } }
      const asked = plane.ask('stubborn', { inputs })
      const pid = async () => Number(await readFile(marker, 'utf8').catch(() => 0))
      await until(async () => (await pid()) > 0)
      plane.cancelled.add(FIRST_ID)
      expect((await asked).report.status).toBe('cancelled')
      expect(isAlive(await pid())).toBe(false)
    })
  })

  it('whose lease is lost is ended without a report', async () => {
    await withWorker(async (plane) => {
      plane.lost.add(FIRST_ID)
      void plane.ask('spin')
      // The worker has room for it only when the lost one is gone.
      const { report } = await plane.ask('add', { cpu: 2 })
      expect(report.status).toBe('succeeded')
    })
  })

  it.each([
    ['wrong', 'output "x" of step "wrong"', /at auc/],
    ['extra', 'step "extra"', /returned "y"/],
    ['huge', 'output "x" of step "huge"', /262144 are allowed/],
    ['bad-rows', 'output "t" of step "bad-rows"', /"id" is null in 1 of 3 rows; "id" is below 1 in 1 of 3 rows/],
  ])('that returns the wrong shape is refused: %s', async (step, where, message) => {
    const { report } = await withWorker((plane) => plane.ask(step))
    expect(report).toMatchObject({
      status: 'failed',
      isRetryable: false,
      error: { code: 'STEP_OUTPUT_INVALID', where, message: expect.stringMatching(message) },
    })
  })

  it('whose input does not fit its schema is told what came', async () => {
    const inputs = { a: { type: NUMBER, value: 'two', artifacts: [], isList: false } }
    const { report } = await withWorker((plane) => plane.ask('add', { inputs }))
    expect(report).toMatchObject({
      error: { code: 'INVALID_INPUT', where: 'input "a" of step "add"', hint: 'Got "two".' },
    })
  })
})

describe('tables', () => {
  it('go from step to step as Parquet, and unchanged ones are the same blob', async () => {
    await withWorker(async (plane) => {
      const { report } = await plane.ask('rows')
      if (report.status !== 'succeeded') throw new Error(JSON.stringify(report))
      const made = report.outputs.t!
      expect(made).toMatchObject({ kind: 'table', rowCount: 3, columns: [{ name: 'id', type: 'int' }] })
      const inputs = { t: { type: { kind: 'table' as const }, artifacts: [made], isList: false } }
      const { report: next } = await plane.ask('double', { inputs })
      if (next.status !== 'succeeded') throw new Error(JSON.stringify(next))
      const { doubled, again, same, text } = next.outputs
      expect(again).toEqual(doubled)
      expect(same?.digest).toBe(made.digest)
      const blobs = await folderBlobStore(join(home, 'blobs'))
      expect(Buffer.from(await blobs.read(text!.digest)).toString()).toBe('id 3')
      const engine = await createDataEngine({ tempDir: join(home, 'spill') })
      const { rows } = await engine.rows({ path: await blobs.localPath(doubled!.digest), limit: 10 })
      expect(rows).toEqual([{ id: 2 }, { id: 4 }, { id: 6 }])
    })
  })
})

describe('the worker', () => {
  it('keeps children warm, and ends one that a step left something running in', async () => {
    await withWorker(
      async (plane) => {
        const pidOf = async (step: string) => {
          const { report } = await plane.ask(step)
          return report.status === 'succeeded' ? report.outputs.pid?.value : report
        }
        const first = await pidOf('pid')
        expect(await pidOf('pid')).toBe(first)
        expect(await pidOf('leak')).toBe(first)
        const next = await pidOf('pid')
        expect(next).not.toBe(first)
        await until(() => !isAlive(Number(first)))
      },
      { cpu: 1 },
    )
  })

  it('runs a trivial step in a warm child within 15 ms', async () => {
    const times = await withWorker(async (plane) => {
      for (let i = 0; i < 5; i++) await plane.ask('add')
      const taken: number[] = []
      for (let i = 0; i < 30; i++) {
        const startedAt = performance.now()
        await plane.ask('add')
        taken.push(performance.now() - startedAt)
      }
      return taken.sort((a, b) => a - b)
    })
    expect(times[15]).toBeLessThan(15)
  })

  it('runs as much together as it has cores, and reports what it had to stop', async () => {
    const { plane, asked } = await withWorker(async (fake) => {
      const pending = [fake.ask('polite'), fake.ask('polite'), fake.ask('polite')]
      const started = new Set<string>()
      fake.onEvent.push((_, stepRunId) => started.add(stepRunId))
      await until(() => started.size === 2)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(started.size).toBe(2)
      return { plane: fake, asked: pending.slice(0, 2) }
    })
    expect(plane).toBeDefined()
    for (const { report } of await Promise.all(asked)) {
      expect(report).toMatchObject({ status: 'cancelled' })
    }
  })

  it('goes on when its events are refused, and says so', async () => {
    const { report, lines } = await withWorker((plane) => plane.ask('forbidden'))
    expect(report.status).toBe('succeeded')
    expect(lines).toEqual([
      expect.stringMatching(/^system: \d lines and numbers were refused: A word is not allowed\.$/),
    ])
  })

  it('reports again when nobody is there, and a failure when outputs are refused', async () => {
    await withWorker(async (plane) => {
      plane.isAway = true
      const asked = plane.ask('add')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      plane.isAway = false
      expect((await asked).report.status).toBe('succeeded')
      plane.refusesOutputs = true
      expect((await plane.ask('add')).report).toMatchObject({
        status: 'failed',
        isRetryable: false,
        error: { code: 'PAYLOAD_TOO_LARGE' },
      })
    })
  })

  it('that is killed takes its children with it, whatever they do', async () => {
    const marker = join(home, 'orphan.pid')
    const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
    await writeFile(
      join(home, 'worker.mts'),
      `import { startWorker } from ${url('./index.ts')}
       import { folderBlobStore } from ${url('../blobs/index.ts')}
       import { FakeControlPlane } from ${url('../../../../tests/fixtures/steps/fake-control-plane.ts')}
       const plane = new FakeControlPlane(${JSON.stringify(deployed)})
       const home = ${JSON.stringify(home)}
       startWorker({ client: plane, blobs: folderBlobStore(home + '/blobs'), home, cpu: 1, memoryMb: 999, name: 'w', now: Date.now })
       const marker = { type: { kind: 'value', schema: {} }, value: ${JSON.stringify(marker)}, artifacts: [], isList: false }
       await plane.ask('busy', { inputs: { marker } })`,
    )
    const worker = spawn(process.execPath, ['--conditions=source', join(home, 'worker.mts')], { stdio: 'inherit' })
    const pid = async () => Number(await readFile(marker, 'utf8').catch(() => 0))
    await until(async () => (await pid()) > 0)
    expect(isAlive(await pid())).toBe(true)
    worker.kill('SIGKILL')
    await until(async () => !isAlive(await pid()))
  })

  it('says which code is not stored', async () => {
    await rm(join(home, 'code'), { recursive: true })
    await mkdir(join(home, 'code'))
    const { report } = await withWorker((plane) => plane.ask('add'))
    expect(report).toMatchObject({ status: 'failed', isRetryable: true, error: { code: 'BLOB_MISSING' } })
  })
})
