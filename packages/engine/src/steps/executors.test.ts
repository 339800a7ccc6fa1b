import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asked, Deployed, FakeControlPlane } from '../../../../tests/fixtures/steps/fake-control-plane.ts'
import { deployTo, outputsOf, withWorker } from '../../../../tests/fixtures/steps/worker-at-work.ts'
import { EXECUTORS, type ExecutorFactory, startWorker, type WorkerOptions } from './index.ts'

let home: string
let deployed: Deployed

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-executors-'))
  deployed = await deployTo(home, 'steps.ts')
})

afterAll(() => rm(home, { recursive: true, force: true }))

/** What a project would bring: the in-process one behind a name of its own. */
const counted: { count: number; factory: ExecutorFactory } = {
  count: 0,
  factory: (options) => {
    const inner = EXECUTORS.inProcess!(options)
    return {
      run: (attempt) => {
        counted.count++
        return inner.run(attempt)
      },
      close: inner.close,
    }
  },
}

const OPTIONS = { executors: { own: counted.factory } }

describe.each(['local', 'inProcess', 'own'])('executor %s', (executor) => {
  const work = <Result>(use: (plane: FakeControlPlane) => Promise<Result>, options: Partial<WorkerOptions> = {}) =>
    withWorker(home, deployed, use, { ...OPTIONS, executor, ...options })
  const ask = (step: string, asked: Asked = {}, options: Partial<WorkerOptions> = {}) =>
    work((plane) => plane.ask(step, asked), options)

  it('runs a step from inputs to outputs and leaves nothing behind', async () => {
    expect(outputsOf((await ask('add')).report)).toMatchObject({ sum: { value: 42 } })
    expect(outputsOf((await ask('total')).report)).toMatchObject({ sum: { value: 6 } })
    expect(await readdir(join(home, 'work'))).toEqual([])
  })

  it('tells what a step says, in order, on every channel', async () => {
    const { lines, events } = await ask('talk')
    expect(lines).toEqual([
      'stdout: one',
      'stderr: three',
      'stdout: four',
      'system: The metric "loss" is NaN and was not kept.',
      'stdout: two, still two',
    ])
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'metric')).toMatchObject([{ name: 'loss', value: 0.5, step: 3 }])
    expect(events.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({ fraction: 1 })
  })

  it('tells apart what steps say that run at once', async () => {
    const [one, two] = await work((plane) => Promise.all([plane.ask('echoes'), plane.ask('echoes-2')]))
    expect(one!.lines).toEqual(['stdout: a 0', 'stdout: a 1', 'stdout: a 2'])
    expect(two!.lines).toEqual(['stdout: b 0', 'stdout: b 1', 'stdout: b 2'])
  })

  it('brings tables from step to step', async () => {
    const made = outputsOf((await ask('rows')).report).t!
    const inputs = { t: { type: { kind: 'table' as const }, artifacts: [made], isList: false } }
    const { doubled, same } = outputsOf((await ask('double', { inputs })).report)
    expect(doubled).toMatchObject({ kind: 'table', rowCount: 3 })
    expect(same?.digest).toBe(made.digest)
  })

  it('tells of a failure and of a wrong output', async () => {
    expect((await ask('fail', { attempt: 3 })).report).toMatchObject({
      status: 'failed',
      isRetryable: true,
      error: {
        code: 'USER_CODE_FAILED',
        message: expect.stringContaining('RangeError: too far'),
        where: expect.stringMatching(/^steps\.ts:\d+$/),
        data: { step: 'fail', attempt: 3 },
      },
    })
    expect((await ask('wrong')).report).toMatchObject({ isRetryable: false, error: { code: 'STEP_OUTPUT_INVALID' } })
  })

  it('lets a step tidy up when it is cancelled, or has no more time', async () => {
    const { report, lines } = await work((plane) => {
      plane.onEvent.push((event, id) => {
        if (event.type === 'log') plane.cancelled.add(id)
      })
      return plane.ask('polite')
    })
    expect(report.status).toBe('cancelled')
    expect(lines).toEqual(['stdout: waiting', 'stdout: tidied up'])
    const late = await ask('polite', { timeoutMs: 500 })
    expect(late.report).toMatchObject({ error: { code: 'STEP_TIMED_OUT', where: 'step "polite", attempt 1' } })
  })

  it('gives up a step that does not listen', async () => {
    const { report } = await ask('deaf', { timeoutMs: 500 })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMED_OUT' } })
  })

  it('gives each step its variables and secrets, and only those', async () => {
    const environment = { SECRET_TOKEN: 'hush-hush' }
    process.env.REGIA_TEST_LEAK = 'leaked'
    const env = { GREETING: 'hello' }
    const [one, two] = await work(
      (plane) => Promise.all([plane.ask('variables', { env, secrets: ['SECRET_TOKEN'] }), plane.ask('variables')]),
      { environment },
    )
    delete process.env.REGIA_TEST_LEAK
    expect(outputsOf(one!.report).seen?.value).toEqual(['hello', 'hush-hush'.length])
    expect(one!.lines).toEqual(['stdout: the token is ***'])
    expect(outputsOf(two!.report).seen?.value).toEqual([null, null])
    expect([process.env.GREETING, process.env.SECRET_TOKEN]).toEqual([undefined, undefined])
    const without = await ask('variables', { secrets: ['SECRET_TOKEN'] }, { environment: {} })
    expect(without.report).toMatchObject({ isRetryable: false, error: { code: 'CONFIG_INVALID' } })
    expect(without.events).toEqual([])
  })
})

describe('executors', () => {
  it('of a project are used', () => {
    expect(counted.count).toBeGreaterThan(5)
  })

  it('that there are not are named', () => {
    const options = { executor: 'kubernetes', ...OPTIONS } as unknown as WorkerOptions
    expect(() => startWorker(options)).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        hint: expect.stringContaining('There are: local, inProcess, own.'),
      }),
    )
  })

  it('local keeps the worker’s other variables from steps', async () => {
    process.env.REGIA_TEST_LEAK = 'leaked'
    const { report } = await withWorker(home, deployed, (plane) => plane.ask('leaked-variable'))
    delete process.env.REGIA_TEST_LEAK
    expect(outputsOf(report).seen?.value).toBeNull()
  })

  it('inProcess leaves printing, variables and the folder as they were', async () => {
    const before = [process.stdout.write, console.log, process.cwd(), process.env.GREETING]
    await withWorker(home, deployed, (plane) => plane.ask('talk', { env: { GREETING: 'hello' } }), {
      executor: 'inProcess',
    })
    expect([process.stdout.write, console.log, process.cwd(), process.env.GREETING]).toEqual(before)
  })

  it('inProcess runs a trivial step within 2 ms, worker and files included', async () => {
    const fastTenth = await withWorker(
      home,
      deployed,
      async (plane) => {
        for (let i = 0; i < 20; i++) await plane.ask('add')
        const times: number[] = []
        for (let i = 0; i < 100; i++) {
          const startedAt = performance.now()
          await plane.ask('add')
          times.push(performance.now() - startedAt)
        }
        return times.sort((a, b) => a - b)[10]!
      },
      { executor: 'inProcess' },
    )
    // Of the fast tenth, which a busy machine slows least; the median of an idle one is 1.6 ms.
    expect(fastTenth).toBeLessThan(4)
  })
})
