import { readdir, writeFile } from 'node:fs/promises'
import { floatColumn, intColumn, makeTable, type TableSchema, toRows } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { DATA_ENGINES, rule, schemaOf, useEngine } from '../../../../tests/fixtures/data/engines.ts'
import type { IngestResult } from './index.ts'

describe.each(DATA_ENGINES)('ingest $name', ({ create }) => {
  const { engine, inFolder } = useEngine(create)
  const write = async (name: string, content: string) => {
    await writeFile(inFolder(name), content)
    return inFolder(name)
  }
  const ingest = async (name: string, content: string, schema?: TableSchema) => {
    const request = {
      sourcePath: await write(name, content),
      outputPath: inFolder('valid.parquet'),
      quarantinePath: inFolder('broken.parquet'),
      ...(schema && { schema }),
    }
    const result: IngestResult = await engine().ingest(request)
    const valid = (await engine().rows({ path: request.outputPath, limit: 100 })).rows
    const broken =
      result.quarantinedRowCount > 0 ? (await engine().rows({ path: request.quarantinePath, limit: 100 })).rows : []
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
    expect(await readdir(inFolder())).not.toContain('broken.parquet')
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

  it('reads a file without an ending as what its name says it was', async () => {
    const result = await engine().ingest({
      sourcePath: await write('3394c011', '[{"a":1},{"a":2}]'),
      sourceName: 'a.json',
      outputPath: inFolder('valid.parquet'),
      quarantinePath: inFolder('broken.parquet'),
    })
    expect(result).toMatchObject({ validRowCount: 2, quarantinedRowCount: 0 })
  })

  it('reads a JSON array and Parquet, with the schema deciding the types', async () => {
    const json = await ingest('a.json', '[{"a":1,"b":"x"},{"a":2.0,"b":null}]', schemaOf(rule('a', 'int')))
    expect(json.valid).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: null },
    ])
    const table = makeTable({ a: floatColumn([1, 2.5, Number.POSITIVE_INFINITY, null]), b: intColumn([0, 1, 1, 0]) })
    const source = inFolder('source.parquet')
    await engine().writeTable(table, source)
    const result = await engine().ingest({
      sourcePath: source,
      outputPath: inFolder('v.parquet'),
      quarantinePath: inFolder('q.parquet'),
      schema: schemaOf(rule('a', 'float'), rule('b', 'bool')),
    })
    expect(toRows(await engine().readTable(inFolder('v.parquet')))).toEqual([
      { a: 1, b: false },
      { a: 2.5, b: true },
    ])
    expect(result.reasons.map(({ reason }) => reason).sort()).toEqual(['a is not a finite number', 'a is null'])
  })

  it('judges a file by the name that it came with', async () => {
    const sourcePath = await write('upload-1234', 'a\n1\n')
    const request = { sourcePath, outputPath: inFolder('v'), quarantinePath: inFolder('q') }
    await expect(engine().ingest(request)).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    expect((await engine().ingest({ ...request, sourceName: 'mine.csv' })).rowCount).toBe(1)
    expect((await engine().rows({ path: inFolder('v'), limit: 1 })).rows).toEqual([{ a: 1 }])
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
      sourcePath: inFolder(name),
      outputPath: inFolder('v.parquet'),
      quarantinePath: inFolder('q.parquet'),
      ...(schema && { schema }),
    }
    await expect(engine().ingest(request)).rejects.toMatchObject({ name: 'RegiaError', code })
    const left = await readdir(inFolder())
    expect(left.filter((file) => file.includes('parquet') && file !== name)).toEqual([])
  })

  it('names the column that was probably meant', async () => {
    const fault = ingest('a.csv', 'dely,origin\n1,JFK\n', schemaOf(rule('delay', 'int')))
    await expect(fault).rejects.toMatchObject({
      message: 'The file has no column "delay", which its schema names.',
      hint: 'Did you mean "dely"? There are: dely, origin.',
      data: { column: 'delay' },
    })
  })
})
