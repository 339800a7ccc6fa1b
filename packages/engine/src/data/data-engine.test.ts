import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  boolColumn,
  type ColumnRule,
  floatColumn,
  intColumn,
  makeTable,
  stringColumn,
  type TableSchema,
  timestampColumn,
  toRows,
} from '@regia/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDataEngine, createDataWorker, type DataWorker, type IngestResult } from './index.ts'

/** Both ways to a data engine stand here and pass the same suite. */
const IMPLEMENTATIONS: readonly { readonly name: string; readonly create: (tempDir: string) => Promise<DataWorker> }[] =
  [
    { name: 'in this process', create: (tempDir) => createDataEngine({ tempDir }) },
    { name: 'in a child process', create: async (tempDir) => createDataWorker({ tempDir }) },
  ]

const rule = (name: string, type: ColumnRule['type'], more: Partial<ColumnRule> = {}): ColumnRule => ({
  name,
  type,
  nullable: false,
  ...more,
})
const schemaOf = (...columns: ColumnRule[]): TableSchema => ({ columns, strict: false })

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.each(IMPLEMENTATIONS)('data engine $name', ({ create }) => {
  let engine: DataWorker
  let spill = ''
  beforeAll(async () => {
    spill = await mkdtemp(join(tmpdir(), 'spill-'))
    engine = await create(spill)
  })
  afterAll(async () => {
    await engine.close()
    await rm(spill, { recursive: true, force: true })
  })

  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const ingest = async (name: string, content: string, schema?: TableSchema) => {
    const request = {
      sourcePath: await write(name, content),
      outputPath: join(folder, 'valid.parquet'),
      quarantinePath: join(folder, 'broken.parquet'),
      ...(schema && { schema }),
    }
    const result: IngestResult = await engine.ingest(request)
    const valid = (await engine.rows({ path: request.outputPath, limit: 100 })).rows
    const broken =
      result.quarantinedRowCount > 0 ? (await engine.rows({ path: request.quarantinePath, limit: 100 })).rows : []
    return { result, valid, broken }
  }

  it('finds the types of a CSV and keeps every row', async () => {
    const { result, valid } = await ingest(
      'a.csv',
      'id,x,on,at,who\n1,0.5,true,2001-01-31 10:05,"Smith, J."\n2,,false,,\n',
    )
    expect(result.columns).toEqual([
      { name: 'id', type: 'int' },
      { name: 'x', type: 'float' },
      { name: 'on', type: 'bool' },
      { name: 'at', type: 'timestamp' },
      { name: 'who', type: 'string' },
    ])
    expect(valid).toEqual([
      { id: 1, x: 0.5, on: true, at: '2001-01-31T10:05:00.000Z', who: 'Smith, J.' },
      { id: 2, x: null, on: false, at: null, who: null },
    ])
    expect(result).toMatchObject({ rowCount: 2, validRowCount: 2, quarantinedRowCount: 0, reasons: [] })
    expect(await readdir(folder)).not.toContain('broken.parquet')
  })

  it('quarantines each broken rule with its reason and counts it', async () => {
    const schema = schemaOf(
      rule('delay', 'int', { minimum: -120, maximum: 2000 }),
      rule('origin', 'string', { pattern: '^[A-Z]{3}$' }),
      rule('size', 'string', { oneOf: ['S', 'M'], nullable: true }),
    )
    const rows = [
      '5,JFK,S',
      '-1116,JFK,M',
      '9999,JFK,M',
      'soon,JFK,M',
      '1.5,JFK,M',
      ',JFK,M',
      '5,jfk,M',
      '5,JFK,XL',
      '5,JFK,',
    ]
    const { result, valid, broken } = await ingest('a.csv', `delay,origin,size\n${rows.join('\n')}\n`, schema)
    expect(valid).toEqual([
      { delay: 5, origin: 'JFK', size: 'S' },
      { delay: 5, origin: 'JFK', size: null },
    ])
    expect(broken.map((row) => row._reason)).toEqual([
      'delay -1116 is below -120',
      'delay 9999 is above 2000',
      'delay soon is not a whole number up to 2^53',
      'delay 1.5 is not a whole number up to 2^53',
      'delay is null',
      'origin jfk does not match ^[A-Z]{3}$',
      'size XL is not one of S, M',
    ])
    expect(broken[2]).toMatchObject({ delay: 'soon', origin: 'JFK' })
    expect(result).toMatchObject({ rowCount: 9, validRowCount: 2, quarantinedRowCount: 7 })
    expect(result.reasons[0]).toEqual({ reason: 'delay is not a whole number up to 2^53', rowCount: 2 })
    expect(result.reasons.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(7)
  })

  it('quarantines lines with too few or too many cells', async () => {
    const { result, valid, broken } = await ingest('a.csv', 'a,b\n1,x\n2\n3,y,z\n4,w\n', schemaOf(rule('a', 'int')))
    expect(valid).toEqual([
      { a: 1, b: 'x' },
      { a: 4, b: 'w' },
    ])
    expect(result).toMatchObject({ rowCount: 4, quarantinedRowCount: 2 })
    expect(broken.map((row) => row._reason)).toEqual([
      expect.stringContaining('line 3 has missing columns'),
      expect.stringContaining('line 4 has too many columns'),
    ])
  })

  it('reads NA as null in numbers and as text in text', async () => {
    const { valid } = await ingest('a.csv', 'a,b\n1,NA\nNA,x\n')
    expect(valid).toEqual([
      { a: 1, b: 'NA' },
      { a: null, b: 'x' },
    ])
  })

  it('reads TSV and semicolons, moves times with an offset to UTC', async () => {
    const tsv = await ingest('a.tsv', 'at\tn\n2001-01-31T10:05:00+02:00\t1\n')
    expect(tsv.valid).toEqual([{ at: '2001-01-31T08:05:00.000Z', n: 1 }])
    expect((await ingest('b.csv', 'a;b\n1;2\n')).valid).toEqual([{ a: 1, b: 2 }])
  })

  it('reads days written the other way round', async () => {
    const { valid } = await ingest('a.csv', 'at,n\n31/01/2001,1\n28/02/2001,2\n')
    expect(valid.map((row) => row.at)).toEqual(['2001-01-31T00:00:00.000Z', '2001-02-28T00:00:00.000Z'])
  })

  it('reads JSON lines and quarantines what is no object', async () => {
    const lines = [
      '{"a b":1,"c":"x"}',
      '{"a b":null,"c":""}',
      'not json',
      '[1]',
      '',
      '{"a b":"7","c":"y"}',
      '{"a b":{},"c":"y"}',
    ]
    const { result, valid, broken } = await ingest(
      'a.jsonl',
      lines.join('\n'),
      schemaOf(rule('a b', 'float', { nullable: true })),
    )
    expect(valid).toEqual([
      { 'a b': 1, c: 'x' },
      { 'a b': null, c: '' },
      { 'a b': 7, c: 'y' },
    ])
    expect(broken.map((row) => row._reason)).toEqual([
      'line is not JSON: not json',
      'line is not a JSON object: [1]',
      'a b {} is not a finite number',
    ])
    expect(result.rowCount).toBe(6)
  })

  it('reads a JSON array and Parquet, with the schema deciding the types', async () => {
    const json = await ingest('a.json', '[{"a":1,"b":"x"},{"a":2.0,"b":null}]', schemaOf(rule('a', 'int')))
    expect(json.valid).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: null },
    ])
    const table = makeTable({ a: floatColumn([1, 2.5, Number.POSITIVE_INFINITY, null]), b: intColumn([0, 1, 1, 0]) })
    const source = join(folder, 'source.parquet')
    await engine.writeTable(table, source)
    const result = await engine.ingest({
      sourcePath: source,
      outputPath: join(folder, 'v.parquet'),
      quarantinePath: join(folder, 'q.parquet'),
      schema: schemaOf(rule('a', 'float'), rule('b', 'bool')),
    })
    expect(toRows(await engine.readTable(join(folder, 'v.parquet')))).toEqual([
      { a: 1, b: false },
      { a: 2.5, b: true },
    ])
    expect(result.reasons.map(({ reason }) => reason).sort()).toEqual(['a is not a finite number', 'a is null'])
  })

  it('judges a file by the name that it came with', async () => {
    const sourcePath = await write('upload-1234', 'a\n1\n')
    const request = { sourcePath, outputPath: join(folder, 'v'), quarantinePath: join(folder, 'q') }
    await expect(engine.ingest(request)).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    expect((await engine.ingest({ ...request, sourceName: 'mine.csv' })).rowCount).toBe(1)
    expect((await engine.rows({ path: join(folder, 'v'), limit: 1 })).rows).toEqual([{ a: 1 }])
  })

  it.each([
    ['no such file', 'absent.csv', undefined, undefined, 'DATA_UNREADABLE'],
    ['an empty file', 'a.csv', '', undefined, 'DATA_EMPTY'],
    ['a header without rows', 'a.csv', 'a,b\n', undefined, 'DATA_EMPTY'],
    ['an ending that we do not read', 'a.xlsx', 'x', undefined, 'DATA_UNREADABLE'],
    ['a Parquet file of garbage', 'a.parquet', 'garbage that is long enough', undefined, 'DATA_UNREADABLE'],
    ['a missing column', 'a.csv', 'dely\n1\n', schemaOf(rule('delay', 'int')), 'COLUMN_MISSING'],
    [
      'an unknown column under a strict schema',
      'a.csv',
      'a,b\n1,2\n',
      { ...schemaOf(rule('a', 'int')), strict: true },
      'COLUMN_UNKNOWN',
    ],
    ['a column of lists', 'a.json', '[{"a":[1]}]', undefined, 'COLUMN_TYPE'],
    ['no valid row', 'a.csv', 'a\nx\ny\n', schemaOf(rule('a', 'int')), 'SCHEMA_VIOLATED'],
    ['a pattern that is none', 'a.csv', 'a\nx\n', schemaOf(rule('a', 'string', { pattern: '(' })), 'INVALID_INPUT'],
    ['a bound on text', 'a.csv', 'a\nx\n', schemaOf(rule('a', 'string', { minimum: 1 })), 'INVALID_INPUT'],
  ])('refuses %s', async (_, name, content, schema, code) => {
    if (content !== undefined) await write(name, content)
    const request = {
      sourcePath: join(folder, name),
      outputPath: join(folder, 'v.parquet'),
      quarantinePath: join(folder, 'q.parquet'),
      ...(schema && { schema }),
    }
    await expect(engine.ingest(request)).rejects.toMatchObject({ name: 'RegiaError', code })
    const left = await readdir(folder)
    expect(left.filter((file) => file.includes('parquet') && file !== name)).toEqual([])
  })

  it.each([
    ['a folder in its place', 'taken.parquet', 'HOME_NOT_WRITABLE'],
    ['a file for a folder', 'file/t.parquet', 'HOME_NOT_WRITABLE'],
    ['an ending that we do not write', 't.xlsx', 'INVALID_INPUT'],
  ])('refuses to write to %s', async (_, name, code) => {
    await write('file', '')
    await mkdir(join(folder, 'taken.parquet'))
    const table = makeTable({ n: intColumn([1]) })
    await expect(engine.writeTable(table, join(folder, name))).rejects.toMatchObject({ name: 'RegiaError', code })
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken.parquet'])
  })

  it('says of a damaged file which one it is', async () => {
    const path = join(folder, 'cut.parquet')
    await engine.writeTable(makeTable({ n: intColumn([1, 2, 3]) }), path)
    await truncate(path, 100)
    await expect(engine.readTable(path)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('cut.parquet'),
    })
  })

  it('names the column that was probably meant', async () => {
    const fault = ingest('a.csv', 'dely,origin\n1,JFK\n', schemaOf(rule('delay', 'int')))
    await expect(fault).rejects.toMatchObject({
      message: 'The file has no column "delay", which its schema names.',
      hint: 'Did you mean "dely"? There are: dely, origin.',
      data: { column: 'delay' },
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
    const path = join(folder, "it's [a] table*.parquet")
    expect(await engine.writeTable(table, path)).toMatchObject({ rowCount: 3 })
    const read = await engine.readTable(path)
    expect(toRows(read)).toEqual(toRows(table))
    expect(Object.entries(read.columns).map(([name, { type }]) => [name, type])).toEqual(
      Object.entries(table.columns).map(([name, { type }]) => [name, type]),
    )
    const csv = join(folder, 'table.csv')
    await engine.writeTable(table, csv)
    expect(toRows(await engine.readTable(csv))).toEqual(toRows(table))
  })

  it('brings decimals, enums, dates and small integers as the types of a table', async () => {
    const path = join(folder, 'empty.parquet')
    await engine.writeTable(makeTable({ a: intColumn([1]) }), path)
    const sql = `SELECT 1.50::DECIMAL(9,2) AS d, 7::UTINYINT AS u, DATE '2001-01-31' AS day, 'a'::ENUM('b', 'a') AS e,
      TIMESTAMP_NS '2001-01-31 00:00:00.123456789' AS ns, sum(a) AS total FROM t`
    expect(await engine.queryRows({ sql, tables: { t: path } })).toEqual([
      { d: 1.5, u: 7, day: '2001-01-31T00:00:00.000Z', e: 'a', ns: '2001-01-31T00:00:00.123Z', total: 1 },
    ])
    expect((await engine.queryTable({ sql, tables: { t: path } })).columns.u).toEqual({
      type: 'int',
      values: new Float64Array([7]),
    })
  })

  it('refuses whole numbers beyond 2^53 instead of changing them', async () => {
    const sql = 'SELECT 9007199254740993::BIGINT AS id'
    await expect(engine.queryRows({ sql, tables: {} })).rejects.toMatchObject({
      code: 'COLUMN_TYPE',
      data: { column: 'id' },
    })
  })

  it('pages through the rows that a condition selects', async () => {
    const path = join(folder, 't.parquet')
    await engine.writeTable(makeTable({ n: intColumn(Array.from({ length: 100 }, (_, i) => i)) }), path)
    const page = await engine.rows({ path, offset: 2, limit: 2, where: 'n % 10 = 0' })
    expect(page).toEqual({ rows: [{ n: 20 }, { n: 30 }], total: 10 })
    expect((await engine.readTable(path, { where: 'n < 3 -- as said', columns: ['n'] })).rowCount).toBe(3)
    await expect(engine.readTable(path, { columns: ['m'] })).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    await expect(engine.rows({ path, limit: 1, offset: -1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('queries several files as one table, in their order, into a file', async () => {
    const parts = ['b', 'a'].map((name) => join(folder, `${name}.parquet`))
    for (const [i, path] of parts.entries()) await engine.writeTable(makeTable({ n: intColumn([i, i + 10]) }), path)
    const outputPath = join(folder, 'out.parquet')
    const request = { sql: 'SELECT n, n / 2 AS half FROM parts;', tables: { parts }, outputPath }
    expect(await engine.query(request)).toEqual({
      rowCount: 4,
      columns: [
        { name: 'n', type: 'int' },
        { name: 'half', type: 'float' },
      ],
    })
    expect((await engine.rows({ path: outputPath, limit: 9 })).rows.map((row) => row.n)).toEqual([0, 10, 1, 11])
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
    const out = join(folder, 'out.csv')
    const sql = template.replace('OUT', out).replace('SECRET', secret).replace('FOLDER', folder)
    await expect(engine.queryRows({ sql, tables: {} })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await readdir(folder)).not.toContain('out.csv')
  })

  it('profiles numbers, text and truth values', async () => {
    const path = join(folder, 't.parquet')
    const n = Array.from({ length: 1000 }, (_, i) => i)
    await engine.writeTable(
      makeTable({
        x: floatColumn([...n.slice(1), null]),
        few: intColumn(n.map((i) => i % 3)),
        who: stringColumn(n.map((i) => (i % 10 === 0 ? 'rare' : 'often'))),
        on: boolColumn(n.map((i) => i < 250)),
        none: floatColumn(n.map(() => null)),
      }),
      path,
    )
    const { rowCount, columns } = await engine.profile(path)
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

describe('data engine', () => {
  const flights = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/flights-3m.parquet')
  let large = ''
  afterAll(() => rm(large, { recursive: true, force: true }))

  it('takes 300,000 flights from Parquet to a table, exactly', async () => {
    large = await mkdtemp(join(tmpdir(), 'flights-'))
    const engine = await createDataEngine({ tempDir: join(large, 'spill'), memoryLimitMb: 256 })
    const some = join(large, 'some.parquet')
    await engine.query({ sql: 'SELECT * FROM f LIMIT 300000', tables: { f: flights }, outputPath: some })
    const result = await engine.ingest({
      sourcePath: some,
      outputPath: join(large, 'v.parquet'),
      quarantinePath: join(large, 'q.parquet'),
      schema: schemaOf(rule('delay', 'int', { minimum: -60 })),
    })
    expect(result.validRowCount + result.quarantinedRowCount).toBe(300_000)
    const table = await engine.readTable(join(large, 'v.parquet'))
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
