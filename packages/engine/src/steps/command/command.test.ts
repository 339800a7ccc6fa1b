import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artifact } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asked, Deployed, Done } from '../../../../../tests/fixtures/steps/fake-control-plane.ts'
import { deployTo, isAlive, outputsOf, until, withWorker } from '../../../../../tests/fixtures/steps/worker-at-work.ts'
import { folderBlobStore } from '../../blobs/index.ts'
import { createDataEngine } from '../../data/index.ts'
import { keepOutputs } from '../keep-outputs.ts'

let home: string
let deployed: Deployed

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-programs-'))
  deployed = await deployTo(home, 'programs.ts')
})

afterAll(() => rm(home, { recursive: true, force: true }))

const FIRST_ID = 'stp_00000000000000000000000001'
const SECRET = 'a/very secret"value'
const environment = { ...process.env, REGIA_TEST_SECRET: SECRET }

const ask = (step: string, asked: Asked = {}): Promise<Done> =>
  withWorker(home, deployed, (plane) => plane.ask(step, asked), { environment })

const failureOf = async (step: string, asked: Asked = {}) => {
  const { report } = await ask(step, asked)
  if (report.status !== 'failed') throw new Error(`${step}: ${JSON.stringify(report)}`)
  return report
}

describe.each(['local', 'inProcess'])('a program, executor %s', (executor) => {
  const run = (step: string, asked: Asked = {}) =>
    withWorker(home, deployed, (plane) => plane.ask(step, asked), { environment, executor })

  it('gets values as arguments, its files, a clean environment and its secrets', async () => {
    process.env.REGIA_TEST_LEAK = 'leaked'
    const said = outputsOf((await run('echo')).report).said?.value as {
      args: string[]
      cwd: string
      env: Record<string, string>
      told: Record<string, unknown>
      word: string
    }
    delete process.env.REGIA_TEST_LEAK
    expect(said.args).toEqual(['two words', '--n=1.5', '{"a":[1,2]}', 'true', said.cwd, 'seed', '{"a": 1}'])
    expect(said.word).toBe('from another file')
    expect(said.told).toMatchObject({
      params: { text: 'two words', number: 1.5, object: { a: [1, 2] }, flag: true },
      inputs: {},
      outputs: { said: expect.stringMatching(/said\.json$/) },
    })
    expect(said.env).toMatchObject({
      GREETING: 'hello',
      OMP_NUM_THREADS: '7',
      REGIA_STEP: 'echo',
      REGIA_ATTEMPT: '1',
      REGIA_SEED: 'seed',
      REGIA_STEP_DIR: said.cwd,
      PATH: process.env.PATH,
    })
    expect(said.env).not.toHaveProperty('REGIA_TEST_LEAK')
    expect(said.env).not.toHaveProperty('VITEST')
    expect(said.env.REGIA_TEST_SECRET).toBe(SECRET)
    expect(process.env.GREETING).toBeUndefined()
  })

  it('gets and gives tables, CSV, folders, files and lists', async () => {
    const { report } = await run('kinds', { inputs: await kindsOfInputs() })
    const { same, read, folder, note } = outputsOf(report)
    const { rows, folder: given } = await storedKinds()
    expect(same).toMatchObject({
      kind: 'table',
      digest: rows.digest,
      rowCount: 2,
      columns: [{ name: 'id' }, { name: 'name' }],
    })
    expect(read).toMatchObject({ kind: 'table', rowCount: 1 })
    const engine = await createDataEngine({ tempDir: join(home, 'spill') })
    const blobs = folderBlobStore(join(home, 'blobs'))
    expect((await engine.rows({ path: await blobs.localPath(read!.digest), limit: 5 })).rows).toEqual([
      { id: 7, name: 'a, b' },
    ])
    expect(folder).toMatchObject({ kind: 'folder', count: 1 })
    expect(given.count).toBe(1)
    expect(note).toMatchObject({ kind: 'file', mediaType: 'text/plain' })
    const text = Buffer.from(await blobs.read(note!.digest)).toString()
    expect(text).toMatch(/^id,name\n1,x\n2,y\n.*rows\.csv\none,two$/s)
  })

  it('speaks on every channel', async () => {
    const { lines, events, report } = await run('speak')
    expect(report.status).toBe('succeeded')
    expect(lines).toEqual(
      expect.arrayContaining([
        'stdout: out',
        'stderr: err',
        'stdout: no line end',
        'stdout: as an event: ü',
        'system: REGIA_EVENTS got a line that is no event: no event',
        'system: REGIA_EVENTS got a line that is no event: {"type":"nothing"}',
      ]),
    )
    expect(events.filter(({ type }) => type === 'metric')).toMatchObject([
      { name: 'auc', value: 0.75, step: 0 },
      { name: 'auc', value: 0.8, step: 1 },
    ])
    expect(events.filter(({ type }) => type === 'progress')).toMatchObject([{ fraction: 0.5, message: 'half' }])
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(1)
  })

  it('that leaves a process behind is done, and what it left is ended', async () => {
    const pid = Number(outputsOf((await run('leave')).report).pid?.value)
    expect(pid).toBeGreaterThan(0)
    await until(() => !isAlive(pid))
  })

  it('that ignores SIGTERM is killed with its children after the grace', async () => {
    const marker = join(home, `stubborn-${executor}.json`)
    const inputs = {
      marker: { type: { kind: 'value' as const, schema: {} }, value: marker, artifacts: [], isList: false },
    }
    const { report } = await withWorker(
      home,
      deployed,
      async (plane) => {
        const asked = plane.ask('stubborn', { inputs })
        await until(() => existsSync(marker))
        plane.cancelled.add(FIRST_ID)
        return asked
      },
      { executor },
    )
    expect(report.status).toBe('cancelled')
    const pids: number[] = JSON.parse(await readFile(marker, 'utf8'))
    expect(pids).toHaveLength(2)
    await until(() => pids.every((pid) => !isAlive(pid)))
  })

  it('may tidy up when it is cancelled', async () => {
    const { report, lines } = await withWorker(
      home,
      deployed,
      (plane) => {
        plane.onEvent.push((event, stepRunId) => {
          if (event.type === 'log') plane.cancelled.add(stepRunId)
        })
        return plane.ask('polite')
      },
      { executor, graceMs: 20_000 },
    )
    expect(report.status).toBe('cancelled')
    expect(lines).toEqual(['stdout: waiting', 'stdout: tidied up'])
  })

  it('whose processes hold too much memory is ended, and told how much', async () => {
    const { report } = await run('memory', { memoryMb: 128, attempt: 2 })
    expect(report).toMatchObject({
      status: 'failed',
      isRetryable: true,
      error: {
        code: 'STEP_CRASHED',
        message: expect.stringMatching(/"node programs\/program\.mjs" of step "memory" held \d+ MB .* declares 128 MB/),
        where: 'step "memory", attempt 2',
        hint: expect.stringMatching(/^Raise memoryMb above \d+/),
      },
    })
  })
})

describe('what goes wrong with a program', () => {
  it('is told by its exit code', async () => {
    expect(await failureOf('exit')).toMatchObject({
      isRetryable: true,
      error: {
        code: 'USER_CODE_FAILED',
        message: '"node programs/program.mjs" of step "exit" ended with exit code 3: what went wrong',
        where: 'step "exit", attempt 1',
        data: { exitCode: 3, lastStderr: 'what went wrong', step: 'exit', attempt: 1 },
      },
    })
    expect(await failureOf('exit-2')).toMatchObject({ isRetryable: true, error: { code: 'UNAVAILABLE' } })
    for (const step of ['exit-3', 'kill']) {
      expect(await failureOf(step)).toMatchObject({
        error: { code: 'STEP_CRASHED', hint: expect.stringContaining('for want of memory') },
      })
    }
  })

  it('is told before it starts: a program that is not there', async () => {
    expect(await failureOf('absent')).toMatchObject({
      isRetryable: false,
      error: {
        code: 'NOT_FOUND',
        message: '"no-such-program-at-all" was not found on the PATH of the worker that ran step "absent".',
        hint: expect.stringContaining('Install "no-such-program-at-all"'),
      },
    })
    expect(await failureOf('absent-file')).toMatchObject({
      error: { message: 'The step "absent-file" has no program "./programs/none.sh".' },
    })
    expect(await failureOf('no-program')).toMatchObject({
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('interpreter') },
    })
  })

  it('is told before it starts: arguments that cannot be', async () => {
    expect(await failureOf('long')).toMatchObject({
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('too long') },
    })
    expect(await failureOf('long-2')).toMatchObject({
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('NUL') },
    })
  })

  it.each([
    ['nothing', 'output "x" of step "nothing", attempt 1', 'The program did not write it.'],
    ['broken', 'output "x" of step "broken", attempt 1', /It is no JSON/],
    ['wrong', 'output "x" of step "wrong", attempt 1', /Its schema says auc: .*; got \{"auc":"high"\}/],
    ['empty', 'output "t" of step "empty", attempt 1', 'The program left it empty.'],
    ['no-table', 'output "t" of step "no-table", attempt 1', /cannot be read as a table/],
    ['bad-rows', 'output "t" of step "bad-rows", attempt 1', /column "id" is string, not int/],
    ['extra', 'step "extra", attempt 1', 'The program wrote x.json.more among its outputs, which are: x.'],
  ])('is told of its outputs: %s', async (step, where, message) => {
    expect(await failureOf(step)).toMatchObject({
      isRetryable: false,
      error: { code: 'STEP_OUTPUT_INVALID', where, message: expect.stringMatching(message), hint: expect.any(String) },
    })
  })

  it('does not reach a shell', async () => {
    const { report } = await ask('shell')
    expect(outputsOf(report).x?.value).toBe('$(touch x); `id` && echo *')
  })
})

describe('secrets', () => {
  it('that the worker does not have fail the step before anything runs', async () => {
    const { report, events } = await withWorker(home, deployed, (plane) => plane.ask('echo'), { environment: {} })
    expect(report).toMatchObject({
      status: 'failed',
      isRetryable: false,
      error: {
        code: 'CONFIG_INVALID',
        message: 'Step "echo" needs REGIA_TEST_SECRET, which the worker does not have in its environment.',
        where: 'step "echo", attempt 1',
      },
    })
    expect(events).toEqual([])
  })

  it('are told nowhere', async () => {
    const { report, lines } = await ask('leak')
    const text = JSON.stringify([report, lines])
    expect(lines.toSorted()).toEqual([
      'stderr: Error: *** is wrong',
      'stdout: the secret is ***, in JSON "***", in an address ***',
    ])
    expect(report).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/exit code 1: Error: \*\*\* is wrong$/) },
    })
    for (const shape of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET)])
      expect(text).not.toContain(shape)
    expect(await readdir(join(home, 'work'))).toEqual([])
  })
})

describe('much to say', () => {
  it('is bounded, counted and said: 100 MB in lines', async () => {
    const startedAt = performance.now()
    const { lines, report } = await ask('chatter')
    expect(report.status).toBe('succeeded')
    expect(lines).toHaveLength(20_002)
    expect(lines.slice(-2)).toEqual([
      'system: More than 20000 lines: the rest is not kept.',
      'system: 1000000 lines (99.0 million characters) were written; the last 980000 are not kept.',
    ])
    expect(performance.now() - startedAt).toBeLessThan(60_000)
  })

  it('is cut: 20 MB in one line', async () => {
    const { lines, report } = await ask('one-line')
    expect(report.status).toBe('succeeded')
    expect(lines).toHaveLength(1)
    expect(lines[0]!.length).toBeLessThan(8_100)
  })
})

type Kinds = { rows: Artifact; folder: Artifact; texts: readonly Artifact[] }

async function storedKinds(): Promise<Kinds> {
  const dir = join(home, 'made-by-hand')
  await mkdir(join(dir, 'folder/a'), { recursive: true })
  const engine = await createDataEngine({ tempDir: join(home, 'spill') })
  await engine.query({
    sql: "SELECT * FROM (VALUES (1, 'x'), (2, 'y')) t(id, name)",
    tables: {},
    outputPath: join(dir, 'rows.parquet'),
  })
  await writeFile(join(dir, 'folder/a/b.txt'), 'deep')
  await writeFile(join(dir, 'one.txt'), 'one')
  await writeFile(join(dir, 'two.txt'), 'two')
  const kept = await keepOutputs(
    {
      rows: { kind: 'table', path: join(dir, 'rows.parquet') },
      folder: { kind: 'folder', path: join(dir, 'folder') },
      one: { kind: 'file', path: join(dir, 'one.txt'), mediaType: 'text/plain' },
      two: { kind: 'file', path: join(dir, 'two.txt'), mediaType: 'text/plain' },
    },
    dir,
    folderBlobStore(join(home, 'blobs')),
  )
  return { rows: kept.rows!, folder: kept.folder!, texts: [kept.one!, kept.two!] }
}

async function kindsOfInputs(): Promise<NonNullable<Asked['inputs']>> {
  const { rows, folder, texts } = await storedKinds()
  return {
    rows: { type: { kind: 'table' }, artifacts: [rows], isList: false },
    folder: { type: { kind: 'folder' }, artifacts: [folder], isList: false },
    texts: { type: { kind: 'file', mediaType: 'text/plain' }, artifacts: [...texts], isList: true },
  }
}
