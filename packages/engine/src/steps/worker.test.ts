import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type LeasedStep,
  type LeaseReport,
  leasedStepSchema,
  type PipelineGraph,
  RegiaError,
  type StepEvent,
} from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderBlobStore } from '../blobs/index.ts'
import { bundleEntry, discover, storeBundle } from '../bundling/index.ts'
import { createDataEngine } from '../data/index.ts'
import { startWorker, type Worker, type WorkerClient } from './index.ts'

const PROJECT = `
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { file, list, pipeline, step, table, z } from 'regia'

const Small = { columns: [{ name: 'id', type: 'int', nullable: false, minimum: 1 }], strict: true } as const
const n = z.number()
let served = 0

const steps = {
  add: step({ name: 'add', in: { a: n, b: n.default(40) }, out: { sum: n, served: n }, run: ({ a, b }) => ({ sum: a + b, served: ++served }) }),
  total: step({ name: 'total', in: { parts: list(n) }, out: { sum: n }, run: ({ parts }) => ({ sum: parts.reduce((x, y) => x + y, 0) }) }),
  talk: step({
    name: 'talk', in: {}, out: {},
    run: (_, ctx) => {
      console.log('one')
      process.stdout.write('two, ')
      process.stdout.write('still two')
      console.error('three')
      ctx.log('four')
      for (let i = 0; i <= 1000; i++) ctx.progress(i / 1000, 'row ' + i)
      ctx.metric('loss', 0.5, 3)
      ctx.metric('loss', Number.NaN)
      return {}
    },
  }),
  random: step({ name: 'random', in: {}, out: { x: n }, run: (_, { rng }) => ({ x: rng.next() }) }),
  fail: step({
    name: 'fail', in: {}, out: {},
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      throw new RangeError('too far')
    },
  }),
  stray: step({
    name: 'stray', in: {}, out: {},
    run: () => {
      setTimeout(() => { throw new Error('from a timer') }, 5)
      return new Promise<{}>(() => {})
    },
  }),
  exit: step({ name: 'exit', in: {}, out: {}, run: () => { console.error('leaving'); process.exit(3) } }),
  selfKill: step({ name: 'self-kill', in: {}, out: {}, run: () => { process.kill(process.pid, 'SIGKILL'); return new Promise<{}>(() => {}) } }),
  memory: step({ name: 'memory', in: {}, out: {}, run: () => { const all: unknown[] = []; for (;;) all.push(new Array(100_000).fill(Math.random())) } }),
  spin: step({ name: 'spin', in: {}, out: {}, run: () => { for (;;); } }),
  stubborn: step({
    name: 'stubborn', in: { marker: z.string() }, out: {},
    run: ({ marker }) => {
      process.on('SIGTERM', () => {})
      setInterval(() => {}, 1000)
      writeFileSync(marker, String(process.pid))
      return new Promise<{}>(() => {})
    },
  }),
  polite: step({
    name: 'polite', in: {}, out: {},
    run: (_, { signal, log }) => new Promise<{}>((_resolve, reject) => {
      log('waiting')
      signal.addEventListener('abort', () => { log('tidied up'); reject(new Error('stopped')) })
      setInterval(() => {}, 1000)
    }),
  }),
  wrong: step({ name: 'wrong', in: {}, out: { x: z.object({ auc: n }) }, run: () => ({ x: { auc: 'high' } }) as never }),
  extra: step({ name: 'extra', in: {}, out: { x: n }, run: () => ({ x: 1, y: 2 }) as never }),
  huge: step({ name: 'huge', in: {}, out: { x: z.string() }, run: () => ({ x: 'x'.repeat(300_000) }) }),
  rows: step({ name: 'rows', in: {}, out: { t: table(Small) }, run: () => ({ t: [{ id: 1 }, { id: 2 }, { id: 3 }] }) }),
  badRows: step({ name: 'bad-rows', in: {}, out: { t: table(Small) }, run: () => ({ t: [{ id: 1 }, { id: 0 }, { id: null }] }) }),
  double: step({
    name: 'double', in: { t: table() }, out: { doubled: table(), same: table(), text: file() },
    run: async ({ t }, { sql, dir }) => {
      const { columns } = await t.read(['id'])
      const path = join(dir, 'ids.txt')
      writeFileSync(path, Object.keys(columns).join() + ' ' + t.rowCount)
      return { doubled: await sql('SELECT id * 2 AS id FROM t ORDER BY id', { tables: { t } }), same: t, text: path }
    },
  }),
  leak: step({ name: 'leak', in: {}, out: { pid: n }, run: () => { setInterval(() => console.log('ghost'), 1); return { pid: process.pid } } }),
  pid: step({ name: 'pid', in: {}, out: { pid: n }, run: () => ({ pid: process.pid }) }),
}
export default pipeline('all', { marker: z.string().default('x') }, (p) => {
  steps.add({ a: 2 })
  steps.total({ parts: [1, 2, 3] })
  const { t } = steps.rows({})
  steps.double({ t })
  steps.stubborn({ marker: p.marker })
  const { talk, random, fail, stray, exit, selfKill, memory, spin, polite, wrong, extra, huge, badRows, leak, pid } = steps
  for (const each of [talk, random, fail, stray, exit, selfKill, memory, spin, polite, wrong, extra, huge, badRows, leak, pid]) each({})
})
`

const RUN_ID = 'run_0000000000aaaaaaaaaaaaaaaa'
let home: string
let projectDir: string
let graph: PipelineGraph
let bundleDigest: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-home-'))
  projectDir = await mkdtemp(join(tmpdir(), 'regia-project-'))
  await writeFile(join(projectDir, 'steps.ts'), PROJECT)
  const bundle = await bundleEntry('steps.ts', projectDir)
  await storeBundle(bundle, home)
  bundleDigest = bundle.digest
  graph = (await discover(bundle)).pipelines[0]!
})

afterAll(async () => {
  for (const folder of [home, projectDir]) await rm(folder, { recursive: true, force: true })
})

type Asked = Partial<Pick<LeasedStep, 'inputs' | 'timeoutMs' | 'memoryMb' | 'cpu' | 'attempt'>>
type Done = { readonly report: LeaseReport; readonly events: readonly StepEvent[]; readonly lines: readonly string[] }

/** A control plane in memory: queues what a test asks for, hands it out, and keeps what the worker says. */
class FakeControlPlane implements WorkerClient {
  readonly #queue: LeasedStep[] = []
  readonly #waiting = new Map<string, { resolve: (done: Done) => void; events: StepEvent[] }>()
  #arrived = Promise.withResolvers<void>()
  #count = 0
  readonly cancelled = new Set<string>()
  readonly lost = new Set<string>()
  readonly onEvent: ((event: StepEvent, stepRunId: string) => void)[] = []
  maxTogether = 0

  ask(step: string, asked: Asked = {}): Promise<Done> {
    const found = graph.steps.find(({ id }) => id === step)!
    const stepRunId = `stp_${String(++this.#count).padStart(26, '0')}`
    const literals = Object.entries(found.inputs).map(([name, ref]) => [
      name,
      {
        type: found.inputTypes[name],
        artifacts: [],
        isList: ref.from === 'list',
        ...(ref.from === 'value' && { value: ref.value }),
        ...(ref.from === 'list' && { value: ref.items.map((item) => (item.from === 'value' ? item.value : null)) }),
      },
    ])
    const lease = leasedStepSchema.parse({
      leaseToken: this.#count,
      expiresAt: '2030-01-01T00:00:00.000Z',
      runId: RUN_ID,
      stepRunId,
      attempt: 1,
      step: found.id,
      stepName: found.name,
      kind: found.kind,
      bundleDigest,
      projectDir,
      outputs: found.outputs,
      timeoutMs: 60_000,
      cpu: 1,
      memoryMb: 256,
      seed: 'seed',
      ...asked,
      inputs: { ...Object.fromEntries(literals), ...asked.inputs },
    })
    this.#queue.push(lease)
    this.#arrived.resolve()
    return new Promise((resolve) => this.#waiting.set(stepRunId, { resolve, events: [] }))
  }

  acquire: WorkerClient['acquire'] = async ({ cpu, memoryMb, limit, waitMs }, signal) => {
    if (this.#queue.length === 0) {
      this.#arrived = Promise.withResolvers()
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, waitMs)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      await Promise.race([this.#arrived.promise, promise])
      clearTimeout(timer)
      if (signal?.aborted) throw new Error('aborted')
    }
    const steps: LeasedStep[] = []
    let free = { cpu, memoryMb }
    while (steps.length < limit) {
      const next = this.#queue.findIndex((lease) => lease.cpu <= free.cpu && lease.memoryMb <= free.memoryMb)
      if (next < 0) break
      const [lease] = this.#queue.splice(next, 1)
      free = { cpu: free.cpu - lease!.cpu, memoryMb: free.memoryMb - lease!.memoryMb }
      steps.push(lease!)
    }
    return { steps }
  }

  heartbeat: WorkerClient['heartbeat'] = async (stepRunId, { events }) => {
    this.#keep(stepRunId, events)
    if (this.lost.has(stepRunId)) throw new RegiaError('LEASE_LOST', 'Another attempt has taken its place.')
    return { expiresAt: '2030-01-01T00:00:00.000Z', cancel: this.cancelled.has(stepRunId) }
  }

  report: WorkerClient['report'] = async (stepRunId, { events = [], ...report }) => {
    this.#keep(stepRunId, events)
    const entry = this.#waiting.get(stepRunId)!
    const lines = entry.events.flatMap((event) => (event.type === 'log' ? [`${event.stream}: ${event.text}`] : []))
    entry.resolve({ report, events: entry.events, lines })
  }

  #keep(stepRunId: string, events: readonly StepEvent[]): void {
    for (const event of events) {
      this.#waiting.get(stepRunId)!.events.push(event)
      for (const listen of this.onEvent) listen(event, stepRunId)
    }
  }
}

async function withWorker<Result>(
  work: (plane: FakeControlPlane, worker: Worker) => Promise<Result>,
  options: { readonly cpu?: number; readonly graceMs?: number } = {},
): Promise<Result> {
  const plane = new FakeControlPlane()
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

  it('draws the same random numbers again', async () => {
    const [one, two] = await withWorker(async (plane) => [await plane.ask('random'), await plane.ask('random')])
    expect(one?.report).toMatchObject({ status: 'succeeded' })
    expect(two?.report).toMatchObject({ ...one?.report, leaseToken: 2 })
  })

  it('that throws is shown in its author’s lines', async () => {
    const { report } = await withWorker((plane) => plane.ask('fail'))
    const line = PROJECT.split('\n').findIndex((text) => text.includes("RangeError('too far')")) + 1
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
      const inputs = { marker: { type: graph.steps[0]!.inputTypes.a!, value: marker, artifacts: [], isList: false } }
      const asked = plane.ask('stubborn', { inputs })
      const { readFile } = await import('node:fs/promises')
      const pid = async () => Number(await readFile(marker, 'utf8').catch(() => 0))
      await until(async () => (await pid()) > 0)
      plane.cancelled.add('stp_00000000000000000000000001')
      expect((await asked).report.status).toBe('cancelled')
      expect(isAlive(await pid())).toBe(false)
    })
  })

  it('whose lease is lost is ended without a report', async () => {
    await withWorker(async (plane) => {
      plane.lost.add('stp_00000000000000000000000001')
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
    const inputs = { a: { type: graph.steps[0]!.inputTypes.a!, value: 'two', artifacts: [], isList: false } }
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
      const { doubled, same, text } = next.outputs
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
      expect(report).toMatchObject({ status: 'failed', isRetryable: true, error: { code: 'UNAVAILABLE' } })
    }
  })

  it('says which code is not stored', async () => {
    await rm(join(home, 'code'), { recursive: true })
    await mkdir(join(home, 'code'))
    const { report } = await withWorker((plane) => plane.ask('add'))
    expect(report).toMatchObject({ status: 'failed', isRetryable: true, error: { code: 'BLOB_MISSING' } })
  })
})
