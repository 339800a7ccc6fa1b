import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Column, concatRows, intColumn, stringColumn, type Table, withColumn } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainOnTrips, trips } from '../../../../../tests/fixtures/models/trips.ts'
import { hashFile } from '../../blobs/index.ts'
import { createDataEngine, type DataEngine } from '../../data/index.ts'
import {
  type ModelSession,
  type OpenedPackage,
  openModel,
  readModelPackage,
  scoreFile,
  writeModelPackage,
} from '../index.ts'

const SCRIPT = fileURLToPath(new URL('../../../test/score-here.ts', import.meta.url))
/** Some parts, so that there is something to go on with. */
const ROWS = 600_000

let folder = ''
let opened: OpenedPackage
let model: ModelSession
let engine: DataEngine
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-large-'))
  engine = await createDataEngine({ tempDir: at('spill') })
  const { bytes } = await writeModelPackage(trainOnTrips())
  writeFileSync(at('model.zip'), bytes)
  opened = readModelPackage(bytes)
  model = await openModel(opened)
  await engine.writeTable(numbered(trips(ROWS, 7)), at('in.parquet'))
})
afterAll(async () => {
  await model.close()
  rmSync(folder, { recursive: true, force: true })
})

const numbered = (table: Table): Table =>
  withColumn(table, 'id', intColumn(Array.from({ length: table.rowCount }, (_, i) => i)))

/** The same rows as Parquet of other options. */
async function rewrite(path: string, options: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (FROM '${at('in.parquet')}') TO '${path}' (FORMAT parquet, ${options})`)
  connection.closeSync()
  instance.closeSync()
}

/** Runs the script and answers what it said last. */
async function run(output: string, flags: readonly string[] = []) {
  const args = ['--conditions=source', ...flags, SCRIPT, at('model.zip'), at('in.parquet'), output]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  return { code, last: said.trim().split('\n').at(-1) ?? '' }
}

describe('scoreFile over large files', () => {
  it('gives the same bytes after a kill -9 in the middle, without scoring again what was done', async () => {
    await run(at('whole.parquet'))
    const output = at('killed.parquet')
    const args = ['--conditions=source', SCRIPT, at('model.zip'), at('in.parquet'), output]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const timer = setInterval(() => {
      const parts = readdirSync(folder).includes('killed.parquet.scoring') ? readdirSync(`${output}.scoring`) : []
      if (parts.some((name) => /^part-\d+\.parquet$/.test(name))) child.kill('SIGKILL')
    }, 5)
    const [, signal] = await exited
    clearInterval(timer)
    expect(signal).toBe('SIGKILL')
    expect(readdirSync(folder)).not.toContain('killed.parquet')
    const { last } = await run(output)
    const result = JSON.parse(last)
    expect(result.rowCount).toBe(ROWS)
    expect(result.resumedRowCount).toBeGreaterThan(0)
    expect(await hashFile(output)).toBe(await hashFile(at('whole.parquet')))
    expect(readdirSync(folder)).not.toContain('killed.parquet.scoring')
  })

  it('stays within a small heap, whatever the size of the file', async () => {
    const { code, last } = await run(at('small-heap.parquet'), ['--max-old-space-size=48'])
    expect(code).toBe(0)
    expect(JSON.parse(last)).toMatchObject({
      rowCount: ROWS,
      columns: ['id', 'prediction', 'score', 'probability_false', 'probability_true'],
    })
  })

  it('keeps the order of rows and gives the numbers of the session', async () => {
    const output = at('order.parquet')
    await scoreFile({ model: opened, inputPath: at('in.parquet'), outputPath: output, key: 'id' })
    const [scored, input] = [await engine.readTable(output), await engine.readTable(at('in.parquet'))]
    expect(numbersOf(scored.columns.id)).toEqual(numbersOf(input.columns.id))
    const expected = await model.predictTable(input)
    expect(numbersOf(scored.columns.score)).toEqual(Float64Array.from(expected.scores))
  })

  it('gives the same bytes on any number of threads, and takes row groups over as they are', async () => {
    const input = at('one-group.parquet')
    await rewrite(input, 'ROW_GROUP_SIZE 1000000')
    const [one, three] = [at('one-thread.parquet'), at('three-threads.parquet')]
    await scoreFile({ model: opened, inputPath: input, outputPath: one, threads: 1 })
    await scoreFile({ model: opened, inputPath: input, outputPath: three, threads: 3 })
    expect(await hashFile(three)).toBe(await hashFile(one))
    await scoreFile({ model: opened, inputPath: at('in.parquet'), outputPath: at('many-groups.parquet') })
    expect(await engine.readTable(three)).toEqual(await engine.readTable(at('many-groups.parquet')))
  })

  it('takes text that has few values at first and many later', async () => {
    const input = trips(120_000, 8)
    const place = stringColumn(Array.from({ length: input.rowCount }, (_, i) => (i < 101_000 ? 'JFK' : `place ${i}`)))
    await engine.writeTable(withColumn(input, 'place', place), at('places.parquet'))
    await scoreFile({ model: opened, inputPath: at('places.parquet'), outputPath: at('places-out.parquet') })
    const scored = await engine.readTable(at('places-out.parquet'))
    const expected = await model.predictTable(withColumn(input, 'place', place))
    expect(numbersOf(scored.columns.score)).toEqual(Float64Array.from(expected.scores))
  })

  it('keeps a column that stands in the path alone', async () => {
    await mkdir(at('day=7'))
    const input = at('day=7/in.parquet')
    await engine.writeTable(trips(100, 3), input)
    const { columns } = await scoreFile({ model: opened, inputPath: input, outputPath: at('day.parquet') })
    expect(columns).toContain('day')
    const { day } = (await engine.readTable(at('day.parquet'))).columns
    expect(new Set(numbersOf(day))).toEqual(new Set([7]))
  })

  it('goes on only with what was begun from the same input, model and options', async () => {
    const input = at('changing.parquet')
    await copyFile(at('in.parquet'), input)
    const request = { model: opened, inputPath: input, outputPath: at('resumed.csv') }
    await expect(scoreFile({ ...request, resume: true })).rejects.toMatchObject({ code: 'CONFLICT' })
    const cancel = new AbortController()
    const onProgress = ({ rowsDone }: { readonly rowsDone: number }) => rowsDone > 200_000 && cancel.abort()
    await expect(scoreFile({ ...request, onProgress, signal: cancel.signal })).rejects.toMatchObject({
      code: 'RUN_CANCELLED',
    })
    await expect(scoreFile({ ...request, key: 'id', resume: true })).rejects.toMatchObject({
      message: expect.stringContaining('the options are others'),
    })
    await engine.writeTable(numbered(trips(10, 3)), input)
    await expect(scoreFile({ ...request, resume: true })).rejects.toMatchObject({
      message: expect.stringContaining('the input holds something else'),
    })
    expect(await scoreFile(request)).toMatchObject({ rowCount: 10, resumedRowCount: 0 })
    await copyFile(at('in.parquet'), input)
    await rm(at('resumed.csv'))
  })

  it('gives no result when the input changes while its columns are taken over', async () => {
    const input = at('touched.parquet')
    await copyFile(at('in.parquet'), input)
    const outputPath = at('touched-out.parquet')
    const onProgress = ({ phase }: { readonly phase: string }) => phase === 'joining' && utimesSync(input, 1, 1)
    await expect(scoreFile({ model: opened, inputPath: input, outputPath, onProgress })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(readdirSync(folder).filter((name) => name.endsWith('touched-out.parquet'))).toEqual([])
  })

  it('scores bad rows not at all, and puts them aside where asked', async () => {
    const bad = at('bad.csv')
    const good = '2001-01-31T10:05:00Z,300,JFK,0.5,true'
    await writeFile(
      bad,
      `at,miles,place,wind,isFull,id\n${good},1\nyesterday,300,JFK,0.5,true,2\n${good},3\n2001-01-01,,JFK,1,true,4\n`,
    )
    const request = { model: opened, inputPath: bad, outputPath: at('good.csv') }
    await expect(scoreFile(request)).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATED',
      message: expect.stringContaining('2 of 4 rows'),
    })
    const result = await scoreFile({ ...request, onBadRow: 'quarantine' })
    expect(result).toMatchObject({ rowCount: 2, quarantinedRowCount: 2, quarantinePath: at('good.broken.csv') })
    const broken = await readFile(at('good.broken.csv'), 'utf8')
    expect(broken).toContain('at yesterday is not a date or time')
    expect(broken).toContain('miles is null')
    const rows = await readFile(at('good.csv'), 'utf8')
    expect(rows.trim().split('\n')).toHaveLength(3)
  })
})

describe('scoreFile over odd files', () => {
  const score = async (
    name: string,
    content: string,
    more: { readonly key?: string; readonly columns?: readonly string[] } = {},
  ) => {
    await writeFile(at(name), content)
    const outputPath = at(`scored-${name}`)
    await scoreFile({ model: opened, inputPath: at(name), outputPath, ...more })
    return readFile(outputPath, 'utf8')
  }

  it('reads a byte order mark, quotes, line breaks in cells and columns in another order', async () => {
    const scored = await score(
      'odd.csv',
      '\uFEFF"note","isFull","wind","place","miles","at"\r\n"a ""b"", c\nd",true,0.5,JFK,300,2001-01-31T10:05:00Z\r\n007,false,,LAX,20,2001-01-31T10:05:00Z\r\n',
    )
    const [header] = scored.split('\n')
    expect(header).toBe('note,isFull,wind,place,miles,at,prediction,score,probability_false,probability_true')
    expect(scored).toContain('"a ""b"", c\nd",true')
    expect(scored).toMatch(/^007,false,,LAX,20,/m)
  })

  it('keeps what is beyond 2^53 and beyond the model as it is', async () => {
    const rows = '9007199254740993,2001-01-31T10:05:00Z,300,JFK,0.5,true\n'
    expect(await score('ids.csv', `id,at,miles,place,wind,isFull\n${rows}`, { key: 'id' })).toMatch(
      /^9007199254740993,/m,
    )
    const sql = 'SELECT *, CAST(9007199254740993 AS BIGINT) AS big FROM t LIMIT 5'
    await engine.query({ sql, tables: { t: at('in.parquet') }, outputPath: at('big.parquet') })
    const request = { model: opened, inputPath: at('big.parquet'), columns: ['big', 'miles'] }
    await scoreFile({ ...request, outputPath: at('big-out.csv') })
    const scored = await readFile(at('big-out.csv'), 'utf8')
    expect(scored).toMatch(/^miles,big,prediction,score,probability_false,probability_true\n\d+,9007199254740993,/)
  })

  it('takes nulls where the model does, in Parquet as well', async () => {
    const table = concatRows([trips(100, 5), trips(100, 6)])
    const wind = { type: 'float', values: new Float64Array(200).fill(Number.NaN) } satisfies Column
    await engine.writeTable(withColumn(table, 'wind', wind), at('nulls.parquet'))
    await scoreFile({ model: opened, inputPath: at('nulls.parquet'), outputPath: at('nulls-out.parquet') })
    const scored = await engine.readTable(at('nulls-out.parquet'))
    const expected = await model.predictTable(withColumn(table, 'wind', wind))
    expect(numbersOf(scored.columns.score)).toEqual(Float64Array.from(expected.scores))
  })

  it.each([
    ['no byte', '', 'DATA_EMPTY'],
    ['a header alone', 'at,miles,place,wind,isFull\n', 'DATA_EMPTY'],
    ['a missing column', 'at,miles,place,wind\n2001-01-01,1,a,1\n', 'COLUMN_MISSING'],
  ])('refuses %s and leaves nothing', async (_, content, code) => {
    await expect(score('refused.csv', content)).rejects.toMatchObject({ code })
    expect(readdirSync(folder).filter((name) => name.includes('scored-refused'))).toEqual([])
  })

  it('refuses to keep a column that is not there, a key without a value, and a second process', async () => {
    const rows = 'id,at,miles,place,wind,isFull\n,2001-01-31T10:05:00Z,300,JFK,0.5,true\n'
    await expect(score('key.csv', rows, { key: 'id' })).rejects.toMatchObject({
      message: expect.stringContaining('the key id is null'),
    })
    await expect(score('key.csv', rows, { columns: ['idd'] })).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    const request = { model: opened, inputPath: at('in.parquet'), outputPath: at('twice.parquet') }
    const [first, second] = await Promise.allSettled([scoreFile(request), scoreFile(request)])
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(statSync(at('twice.parquet')).size).toBeGreaterThan(0)
  })
})

function numbersOf(column: Column | undefined): Float64Array {
  if (!column || column.type === 'string') throw new Error('expected numbers')
  return column.values
}
