import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { boolColumn, floatColumn, intColumn, makeTable, stringColumn, timestampColumn, toRows } from '@regia/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DATA_ENGINES, rule, schemaOf, useEngine } from '../../../../tests/fixtures/data/engines.ts'
import { createDataEngine } from './index.ts'

describe.each(DATA_ENGINES)('data engine $name', ({ create }) => {
  const { engine, inFolder } = useEngine(create)
  const write = async (name: string, content: string) => {
    await writeFile(inFolder(name), content)
    return inFolder(name)
  }

  it.each([
    ['a folder in its place', 'taken.parquet', 'HOME_NOT_WRITABLE'],
    ['a file for a folder', 'file/t.parquet', 'HOME_NOT_WRITABLE'],
    ['an ending that we do not write', 't.xlsx', 'INVALID_INPUT'],
  ])('refuses to write to %s', async (_, name, code) => {
    await write('file', '')
    await mkdir(inFolder('taken.parquet'))
    const table = makeTable({ n: intColumn([1]) })
    await expect(engine().writeTable(table, inFolder(name))).rejects.toMatchObject({ name: 'RegiaError', code })
    expect((await readdir(inFolder())).sort()).toEqual(['file', 'taken.parquet'])
  })

  it('says of a damaged file which one it is', async () => {
    const path = inFolder('cut.parquet')
    await engine().writeTable(makeTable({ n: intColumn([1, 2, 3]) }), path)
    await truncate(path, 100)
    await expect(engine().readTable(path)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('cut.parquet'),
    })
  })

  it('writes a table and reads the same back', async () => {
    const table = makeTable({
      x: floatColumn([1.25, null, -3e300]),
      'we"ird name': intColumn([2 ** 53 - 1, null, -5]),
      on: boolColumn([true, null, false]),
      at: timestampColumn([980935500123, null, -1]),
      who: stringColumn(['é', null, "O'Neil"]),
    })
    const path = inFolder("it's [a] table*.parquet")
    expect(await engine().writeTable(table, path)).toMatchObject({ rowCount: 3 })
    const read = await engine().readTable(path)
    expect(toRows(read)).toEqual(toRows(table))
    expect(Object.entries(read.columns).map(([name, { type }]) => [name, type])).toEqual(
      Object.entries(table.columns).map(([name, { type }]) => [name, type]),
    )
    const csv = inFolder('table.csv')
    await engine().writeTable(table, csv)
    expect(toRows(await engine().readTable(csv))).toEqual(toRows(table))
  })

  it('brings decimals, enums, dates and small integers as the types of a table', async () => {
    const path = inFolder('empty.parquet')
    await engine().writeTable(makeTable({ a: intColumn([1]) }), path)
    const sql = `SELECT 1.50::DECIMAL(9,2) AS d, 7::UTINYINT AS u, DATE '2001-01-31' AS day, 'a'::ENUM('b', 'a') AS e,
      TIMESTAMP_NS '2001-01-31 00:00:00.123456789' AS ns, sum(a) AS total FROM t`
    expect(await engine().queryRows({ sql, tables: { t: path } })).toEqual([
      { d: 1.5, u: 7, day: '2001-01-31T00:00:00.000Z', e: 'a', ns: '2001-01-31T00:00:00.123Z', total: 1 },
    ])
    expect((await engine().queryTable({ sql, tables: { t: path } })).columns.u).toEqual({
      type: 'int',
      values: new Float64Array([7]),
    })
  })

  it('refuses whole numbers beyond 2^53 instead of changing them', async () => {
    const sql = 'SELECT 9007199254740993::BIGINT AS id'
    await expect(engine().queryRows({ sql, tables: {} })).rejects.toMatchObject({
      code: 'COLUMN_TYPE',
      data: { column: 'id' },
    })
  })

  it('pages through the rows that a condition selects', async () => {
    const path = inFolder('t.parquet')
    await engine().writeTable(makeTable({ n: intColumn(Array.from({ length: 100 }, (_, i) => i)) }), path)
    const page = await engine().rows({ path, offset: 2, limit: 2, where: 'n % 10 = 0' })
    expect(page).toEqual({ rows: [{ n: 20 }, { n: 30 }], total: 10 })
    expect((await engine().readTable(path, { where: 'n < 3 -- as said', columns: ['n'] })).rowCount).toBe(3)
    await expect(engine().readTable(path, { columns: ['m'] })).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    await expect(engine().rows({ path, limit: 1, offset: -1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('queries several files as one table, in their order, into a file', async () => {
    const parts = ['b', 'a'].map((name) => inFolder(`${name}.parquet`))
    for (const [i, path] of parts.entries()) await engine().writeTable(makeTable({ n: intColumn([i, i + 10]) }), path)
    const outputPath = inFolder('out.parquet')
    const request = { sql: 'SELECT n, n / 2 AS half FROM parts;', tables: { parts }, outputPath }
    expect(await engine().query(request)).toEqual({
      rowCount: 4,
      columns: [
        { name: 'n', type: 'int' },
        { name: 'half', type: 'float' },
      ],
    })
    expect((await engine().rows({ path: outputPath, limit: 9 })).rows.map((row) => row.n)).toEqual([0, 10, 1, 11])
  })

  it.each([
    ['two statements', 'SELECT 1; SELECT 2'],
    ['a statement that writes', "COPY (SELECT 1 AS a) TO 'OUT'"],
    ['a break out of the brackets', "SELECT 1) TO 'OUT'; --"],
    ['a file that it was not given', "SELECT * FROM read_csv('SECRET')"],
    ['a file by its bare name', "SELECT * FROM 'SECRET'"],
    ['the folder', "SELECT * FROM glob('FOLDER/*')"],
    ['other settings', 'SET enable_external_access = true'],
    ['another database', "ATTACH 'OUT'"],
    ['an extension', 'INSTALL httpfs'],
    ['a value that does not convert', "SELECT CAST('x' AS INTEGER) AS a"],
    ['a column that there is not', 'SELECT nope FROM (SELECT 1 AS a)'],
  ])('refuses a query with %s', async (_, template) => {
    const secret = await write('secret.csv', 'a\n1\n')
    const out = inFolder('out.csv')
    const sql = template.replace('OUT', out).replace('SECRET', secret).replace('FOLDER', inFolder())
    await expect(engine().queryRows({ sql, tables: {} })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await readdir(inFolder())).not.toContain('out.csv')
  })

  it('profiles numbers, text and truth values', async () => {
    const path = inFolder('t.parquet')
    const n = Array.from({ length: 1000 }, (_, i) => i)
    await engine().writeTable(
      makeTable({
        x: floatColumn([...n.slice(1), null]),
        few: intColumn(n.map((i) => i % 3)),
        who: stringColumn(n.map((i) => (i % 10 === 0 ? 'rare' : 'often'))),
        on: boolColumn(n.map((i) => i < 250)),
        none: floatColumn(n.map(() => null)),
      }),
      path,
    )
    const { rowCount, columns } = await engine().profile(path)
    const [x, few, who, on, none] = columns
    expect(rowCount).toBe(1000)
    expect(x).toMatchObject({ count: 999, nullCount: 1, distinctCount: 999, minimum: 1, maximum: 999, mean: 500 })
    // The sample variance of 1 … n is n (n + 1) / 12.
    expect(x?.standardDeviation).toBeCloseTo(Math.sqrt((999 * 1000) / 12), 9)
    expect(x?.quantiles?.[2]).toBe(500)
    expect(x?.histogram?.edges).toHaveLength(31)
    expect(x?.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(989)
    expect(few?.histogram).toEqual({ edges: [-0.5, 0.5, 1.5, 2.5], counts: [334, 333, 333] })
    expect(who?.topValues).toEqual([
      { value: 'often', count: 900 },
      { value: 'rare', count: 100 },
    ])
    expect(on).toMatchObject({
      mean: 0.25,
      topValues: [
        { value: 'false', count: 750 },
        { value: 'true', count: 250 },
      ],
    })
    expect(none).toEqual({ name: 'none', type: 'float', count: 0, nullCount: 1000, distinctCount: 0 })
  })
})

describe('createDataEngine', () => {
  const flights = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/flights-3m.parquet')
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('takes 300,000 flights from Parquet to a table, exactly', async () => {
    const engine = await createDataEngine({ tempDir: join(folder, 'spill'), memoryLimitMb: 256 })
    const some = join(folder, 'some.parquet')
    await engine.query({ sql: 'SELECT * FROM f LIMIT 300000', tables: { f: flights }, outputPath: some })
    const result = await engine.ingest({
      sourcePath: some,
      outputPath: join(folder, 'v.parquet'),
      quarantinePath: join(folder, 'q.parquet'),
      schema: schemaOf(rule('delay', 'int', { minimum: -60 })),
    })
    expect(result.validRowCount + result.quarantinedRowCount).toBe(300_000)
    const table = await engine.readTable(join(folder, 'v.parquet'))
    const delays = table.columns.delay
    const sum = delays?.type === 'int' ? delays.values.reduce((total, value) => total + value, 0) : Number.NaN
    const [expected] = await engine.queryRows({
      sql: 'SELECT sum(delay) AS total, count(*) AS n FROM flights WHERE delay >= -60',
      tables: { flights: some },
    })
    expect({ total: sum, n: table.rowCount }).toEqual(expected)
    let batched = 0
    for await (const batch of engine.readBatches(some, { batchRows: 50_000 })) batched += batch.rowCount
    expect(batched).toBe(300_000)
  })

  it('stops when it is cancelled', async () => {
    const controller = new AbortController()
    const engine = await createDataEngine({ tempDir: join(folder, 'spill'), signal: controller.signal })
    const sql = 'SELECT count(*) AS n FROM range(3000000) a, range(100000) b WHERE a.range * b.range = 7'
    const work = engine.queryRows({ sql, tables: {} })
    setTimeout(() => controller.abort(), 100)
    await expect(work).rejects.toMatchObject({ code: 'RUN_CANCELLED' })
  })

  it('says so when the memory does not suffice', async () => {
    const engine = await createDataEngine({ tempDir: join(folder, 'spill'), memoryLimitMb: 20 })
    const sql = 'SELECT list(range) AS l FROM range(20000000)'
    await expect(engine.queryRows({ sql: `SELECT len(l) AS n FROM (${sql})`, tables: {} })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })
})
