import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { type Artifact, type CatalogEntry, digestOfJson, type GraphStep, type Run } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'

const ROWS = 'id,city\n1,Oslo\n2,Rome\n3,Oslo\n'
const SCHEMA = {
  columns: [
    { name: 'id', type: 'int' as const, nullable: false },
    { name: 'city', type: 'string' as const, nullable: false, oneOf: ['Oslo', 'Rome'] },
  ],
  strict: false,
}
const TABLE = { kind: 'table' } as const

const csv = (path: string, more: object = {}): CatalogEntry => ({ kind: 'table', path, format: 'csv', ...more })

function write({ projectDir }: TestServer, path: string, text: string): void {
  mkdirSync(dirname(join(projectDir, path)), { recursive: true })
  writeFileSync(join(projectDir, path), text)
}

/** A step "load" that reads an entry. */
const reading = (entry: string): GraphStep =>
  step('load', { inputs: { x: { from: 'catalog', name: entry } }, inputTypes: { x: TABLE } })

const saving = (entry: string, input = from('make'), kind: 'table' | 'file' | 'value' = 'table'): GraphStep =>
  step('keep', {
    kind: 'save',
    save: entry,
    inputs: { x: input },
    inputTypes: { x: kind === 'value' ? { kind, schema: {} } : { kind } },
  })

type Catalog = Readonly<Record<string, CatalogEntry>>

async function start(
  test: TestServer,
  steps: readonly GraphStep[],
  catalog: Catalog,
  environment?: string,
): Promise<Run> {
  await deploy(
    test.client,
    { ...graph('cities', steps), catalog, ...(environment !== undefined && { environment }) },
    'export {}',
    test.projectDir,
  )
  return again(test)
}

async function again({ client }: TestServer): Promise<Run> {
  const { id } = await client.pipelines.run('cities')
  await workUntilIdle(client)
  return settled(client, id)
}

/** Steps that the server itself carries out go on after the worker is idle. */
async function settled(client: TestServer['client'], id: Run['id']): Promise<Run> {
  await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 45_000 }).not.toMatch(/queued|running/)
  return client.runs.get(id)
}

const inputOf = (run: Run): Artifact | undefined => run.steps.find(({ step }) => step === 'load')?.inputs.x
const statusOf = (run: Run, id: string) => run.steps.find(({ step }) => step === id)?.status

/** A table in the blob store, as a step would have made it. */
async function table(test: TestServer, name: string, text: string): Promise<Artifact> {
  write(test, `${name}.csv`, text)
  const { digest, sizeBytes, columns, validRowCount } = await test.client.datasets.ingest(name, { path: `${name}.csv` })
  return { kind: 'table', digest, sizeBytes, columns, rowCount: validRowCount }
}

const fixed = ({ digest, sizeBytes }: Artifact) => ({ from: 'artifact', kind: 'table', digest, sizeBytes }) as const

describe('a run that reads its catalog', () => {
  it('reads what the files hold when it begins, and says so', async () => {
    const test = await startServer()
    write(test, 'data/cities.csv', ROWS)
    const run = await start(test, [reading('cities')], { cities: csv('data/cities.csv') })
    expect(run.status).toBe('succeeded')
    expect(inputOf(run)).toMatchObject({ kind: 'table', rowCount: 3 })
    expect(run.catalog).toEqual([
      {
        entry: 'cities',
        kind: 'table',
        from: 'data/cities.csv',
        digest: inputOf(run)!.digest,
        sourceDigest: `sha256:${createHash('sha256').update(ROWS).digest('hex')}`,
        rowCount: 3,
        quarantinedRowCount: 0,
      },
    ])
  })

  it('is cached for the same bytes, wherever and whenever they were written, and not for one byte more', async () => {
    const test = await startServer()
    write(test, 'cities.csv', ROWS)
    const first = await start(test, [reading('cities')], { cities: csv('cities.csv') })
    rmSync(join(test.projectDir, 'cities.csv'))
    write(test, 'cities.csv', ROWS)
    const same = await again(test)
    write(test, 'elsewhere/other.csv', ROWS)
    const moved = await start(test, [reading('cities')], { cities: csv('elsewhere/other.csv') })
    expect([first, same, moved].map((run) => statusOf(run, 'load'))).toEqual(['succeeded', 'cached', 'cached'])
    expect(inputOf(moved)).toEqual(inputOf(first))
    write(test, 'elsewhere/other.csv', ROWS.replace('3,Oslo', '3,Rome'))
    const changed = await again(test)
    expect(statusOf(changed, 'load')).toBe('succeeded')
    expect(changed.steps[0]!.cache!.changed.map(({ part }) => part)).toEqual(['input x'])
  })

  it('keeps rows that break the schema in quarantine, and stops where none fits', async () => {
    const test = await startServer()
    write(test, 'cities.csv', `${ROWS}4,Atlantis\n`)
    const run = await start(test, [reading('cities')], { cities: csv('cities.csv', { schema: SCHEMA }) })
    expect(run.catalog![0]).toMatchObject({ rowCount: 4, quarantinedRowCount: 1, quarantineDigest: expect.any(String) })
    expect(inputOf(run)).toMatchObject({ rowCount: 3 })
    write(test, 'cities.csv', 'id,city\n4,Atlantis\n')
    await expect(again(test)).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATED',
      message: expect.stringContaining('Catalog entry "cities", which step "load" needs'),
    })
  })

  it('names entry, path, environment and step of a file that is missing, before anything runs', async () => {
    const test = await startServer()
    const steps = [step('before'), reading('cities')]
    await expect(start(test, steps, { cities: csv('data/gone.csv') }, 'prod')).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message:
        'Catalog entry "cities" in the environment "prod", which step "load" needs: There is no file "data/gone.csv" in the project.',
      where: 'data/gone.csv (pipeline "cities")',
      hint: expect.stringContaining(test.projectDir),
    })
    expect((await test.client.runs.list()).total).toBe(0)
    const { id } = await test.client.pipelines.run('cities', { selection: { only: ['before'] } })
    await workUntilIdle(test.client)
    expect((await settled(test.client, id)).status).toBe('succeeded')
  })

  it('gives files as files, JSON as a value, datasets and models by version', async () => {
    const test = await startServer()
    write(test, 'notes.txt', 'hello')
    write(test, 'settings.json', '{ "trees": 20 }')
    await table(test, 'kept', ROWS)
    const names = ['notes', 'settings', 'kept']
    const inputs = Object.fromEntries(names.map((name) => [name, { from: 'catalog', name } as const]))
    const inputTypes = { notes: { kind: 'file' }, settings: { kind: 'value', schema: {} }, kept: TABLE } as const
    const run = await start(test, [step('load', { inputs, inputTypes })], {
      notes: { kind: 'file', path: 'notes.txt', mediaType: 'text/plain' },
      settings: { kind: 'json', path: 'settings.json' },
      kept: { kind: 'dataset', dataset: 'kept' },
    })
    expect(run.steps[0]!.inputs).toMatchObject({
      notes: { kind: 'file', sizeBytes: 5, mediaType: 'text/plain' },
      settings: { kind: 'value', value: { trees: 20 }, digest: digestOfJson({ trees: 20 }) },
      kept: { kind: 'table', rowCount: 3 },
    })
    expect(run.datasets).toEqual([{ name: 'kept', version: 1 }])
    await expect(
      start(
        test,
        [step('load', { inputs: { x: { from: 'catalog', name: 'best' } }, inputTypes: { x: { kind: 'model' } } })],
        {
          best: { kind: 'model', model: 'none', version: 'champion' },
        },
      ),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('Catalog entry "best"') })
  })

  it('fetches an address with the secret that it names, which stays nowhere', async () => {
    const secret = 'c0ffee-very-secret-token'
    process.env.REGIA_TEST_CATALOG_TOKEN = secret
    const seen: (string | undefined)[] = []
    const remote = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.end(ROWS)
    }).listen(0, '127.0.0.1')
    await new Promise((listening) => remote.once('listening', listening))
    onTestFinished(() => {
      delete process.env.REGIA_TEST_CATALOG_TOKEN
      remote.close()
    })
    const test = await startServer()
    const path = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/export?format=csv`
    const catalog = { cities: csv(path, { credentials: { env: 'REGIA_TEST_CATALOG_TOKEN' } }) }
    const run = await start(test, [reading('cities')], catalog)
    expect(inputOf(run)).toMatchObject({ rowCount: 3 })
    expect(seen).toEqual([`Bearer ${secret}`])
    const { entries } = await test.client.pipelines.catalog('cities')
    expect(entries[0]).toMatchObject({ state: 'there', entry: { credentials: { env: 'REGIA_TEST_CATALOG_TOKEN' } } })
    expect(JSON.stringify([run, entries])).not.toContain(secret)
    await test.server.close()
    const files = readdirSync(test.home, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    expect(files.length).toBeGreaterThan(2)
    const holding = files.filter((each) => readFileSync(join(each.parentPath, each.name)).includes(secret))
    expect(holding.map(({ name }) => name)).toEqual([])
  })

  it('is not deployed with a name that its catalog does not have', async () => {
    const test = await startServer()
    await expect(start(test, [step('make'), saving('citys')], { cities: csv('cities.csv') })).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      hint: 'Did you mean "cities"?',
    })
    await expect(
      start(test, [reading('cities')], { cities: { kind: 'json', path: 'cities.json' } }),
    ).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      message: 'Step "load" takes a table as "x", and "cities" in the catalog holds a value.',
    })
    await expect(start(test, [reading('citys')], { cities: csv('cities.csv') })).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      hint: 'Its entries are: cities.',
    })
  })
})

describe('a step that saves to the catalog', () => {
  it('makes a dataset version, once for the same content, and tells so', async () => {
    const test = await startServer()
    const one = await table(test, 'one', ROWS)
    const two = await table(test, 'two', 'id,city\n9,Bern\n')
    const told: string[] = []
    const catalog: Catalog = { kept: { kind: 'dataset', dataset: 'kept' } }
    const save = async (of: Artifact) => {
      const run = await start(test, [saving('kept', fixed(of))], catalog)
      return [run.status, statusOf(run, 'keep'), run.steps[0]!.outputs.out?.value]
    }
    const value = (version: number) => ({ entry: 'kept', dataset: 'kept', version })
    const stream = new AbortController()
    const listening = listen(test, told, stream.signal)
    expect(await save(one)).toEqual(['succeeded', 'succeeded', value(1)])
    expect(await save(one)).toEqual(['succeeded', 'cached', value(1)])
    expect(await save(two)).toEqual(['succeeded', 'succeeded', value(2)])
    // What was saved last is the latest, also where an older version has the same content.
    expect(await save(one)).toEqual(['succeeded', 'succeeded', value(3)])
    await expect.poll(() => told, { timeout: 45_000 }).toContain('kept')
    stream.abort()
    await listening
    const latest = await test.client.datasets.version('kept', 'latest')
    expect(latest).toMatchObject({ version: 3, digest: one.digest, rowCount: 3, sourceName: 'cities #4' })
    expect(latest.runId).toMatch(/^run_/)
  })

  it('writes tables, JSON and files whole, and not again what is there', async () => {
    const test = await startServer()
    const made = await table(test, 'made', ROWS)
    const catalog: Catalog = {
      csv: csv('out/deep/cities.csv'),
      lines: { kind: 'table', path: 'out/cities.jsonl', format: 'jsonl' },
      parquet: { kind: 'table', path: 'out/cities.parquet', format: 'parquet' },
      metrics: { kind: 'json', path: 'out/metrics.json' },
    }
    const save = async (entry: string, input: Parameters<typeof saving>[1], kind?: 'value') => {
      const run = await start(test, [saving(entry, input, kind)], catalog)
      expect(run.error).toBeUndefined()
      return statusOf(run, 'keep')
    }
    const text = (path: string) => readFileSync(join(test.projectDir, path), 'utf8')
    expect(await save('csv', fixed(made))).toBe('succeeded')
    expect(text('out/deep/cities.csv')).toBe(ROWS)
    expect(await save('csv', fixed(made))).toBe('cached')
    rmSync(join(test.projectDir, 'out/deep/cities.csv'))
    expect(await save('csv', fixed(made))).toBe('succeeded')
    expect(await save('lines', fixed(made))).toBe('succeeded')
    expect(text('out/cities.jsonl').split('\n').slice(0, 2)).toEqual([
      '{"id":1,"city":"Oslo"}',
      '{"id":2,"city":"Rome"}',
    ])
    expect(await save('parquet', fixed(made))).toBe('succeeded')
    const bytes = readFileSync(join(test.projectDir, 'out/cities.parquet'))
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(made.digest)
    expect(await save('metrics', { from: 'value', value: { auc: 0.9 } }, 'value')).toBe('succeeded')
    expect(text('out/metrics.json')).toBe('{\n  "auc": 0.9\n}\n')
    const left = readdirSync(test.projectDir, { recursive: true }).filter((name) => String(name).includes('partial'))
    expect(left).toEqual([])
  })

  it('leaves what was there where rows break the schema, the disk refuses or the path leads out', async () => {
    const test = await startServer()
    const made = await table(test, 'made', `${ROWS}4,Atlantis\n`)
    write(test, 'out.csv', 'as it was')
    mkdirSync(join(test.projectDir, 'folder'))
    symlinkSync('/', join(test.projectDir, 'root'))
    const catalog: Catalog = {
      strict: csv('out.csv', { schema: SCHEMA }),
      up: csv('../out.csv'),
      link: csv('root/tmp/out.csv'),
      home: csv('.regia/regia.db'),
      folder: csv('folder'),
      blocked: csv('out.csv/below.csv'),
      wrong: { kind: 'json', path: 'out.json' },
    }
    const codes = {
      strict: 'SCHEMA_VIOLATED',
      up: 'PATH_OUTSIDE_ROOT',
      link: 'PATH_OUTSIDE_ROOT',
      home: 'PATH_OUTSIDE_ROOT',
      folder: 'INVALID_INPUT',
      blocked: 'HOME_NOT_WRITABLE',
      wrong: 'PIPELINE_INVALID',
    }
    for (const [entry, code] of Object.entries(codes)) {
      const run = await start(test, [saving(entry, fixed(made))], catalog)
      expect([entry, run.status, run.steps[0]!.error?.code]).toEqual([entry, 'failed', code])
      expect(run.steps[0]!.error?.message).toContain(`Catalog entry "${entry}"`)
    }
    expect(readFileSync(join(test.projectDir, 'out.csv'), 'utf8')).toBe('as it was')
    expect(existsSync(join(test.projectDir, '../out.csv'))).toBe(false)
  })

  it('refuses before any run what cannot be saved to', async () => {
    const test = await startServer()
    const refused: Catalog = {
      model: { kind: 'model', model: 'm', version: 'champion' },
      pinned: { kind: 'dataset', dataset: 'd', version: 2 },
      address: csv('https://example.com/rows.csv'),
    }
    for (const entry of Object.keys(refused)) {
      const steps = [step('make', { outputs: { out: TABLE } }), saving(entry)]
      await expect(start(test, steps, refused), entry).rejects.toMatchObject({ code: 'PIPELINE_INVALID' })
    }
  })

  it('refuses two steps that save to one name, unless conditions keep them apart', async () => {
    const test = await startServer()
    const two = (when: GraphStep['when']): GraphStep[] => [
      saving('out', { from: 'value', value: 1 }, 'value'),
      { ...saving('out', { from: 'value', value: 2 }, 'value'), id: 'keep-2', when },
    ]
    const catalog: Catalog = { out: { kind: 'json', path: 'out.json' } }
    await expect(start(test, two([]), catalog)).rejects.toMatchObject({ code: 'STEP_OUTPUT_DUPLICATE' })
    const run = await start(test, two([{ ref: { from: 'value', value: 1 }, is: 'equal', value: 2 }]), catalog)
    expect(run.steps.map(({ status }) => status)).toEqual(['succeeded', 'skipped'])
  })

  it('saves what a step of the run made, and reads it back in the next run', async () => {
    const test = await startServer()
    write(test, 'in.csv', ROWS)
    const catalog: Catalog = { in: csv('in.csv'), out: csv('out.csv') }
    await start(test, [saving('out', { from: 'catalog', name: 'in' })], catalog)
    const back = await start(test, [reading('out')], catalog)
    expect(inputOf(back)).toMatchObject({ rowCount: 3 })
    appendFileSync(join(test.projectDir, 'out.csv'), '4,Rome\n')
    expect(inputOf(await again(test))).toMatchObject({ rowCount: 4 })
  })
})

/** Collects the names of datasets that the server says have changed. */
async function listen({ server }: TestServer, told: string[], signal: AbortSignal): Promise<void> {
  const response = await fetch(`${server.url}/api/v1/events`, { signal })
  const decoder = new TextDecoder()
  try {
    for await (const chunk of response.body ?? []) {
      for (const [, id] of decoder.decode(chunk).matchAll(/"type":"dataset","id":"([^"]+)"/g)) told.push(id!)
    }
  } catch {
    // The test has heard enough.
  }
}
