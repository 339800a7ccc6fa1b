import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addColumns, isCopyable, parquetOfColumns } from './index.ts'

/** Three row groups of DuckDB's least size and one that is not full. */
const ROWS = 7_001
const GROUP_ROWS = [2048, 2048, 2048, 857]
const NAMES = ['id', 'x', 'tags', 'pair', 'name']
const CLASSES = Array.from({ length: 11 }, (_, i) => `é${i}`)

let folder = ''
let instance: DuckDBInstance
let duckdb: DuckDBConnection
const at = (name: string) => join(folder, name)
const ask = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjectsJson()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'))
  instance = await DuckDBInstance.create(':memory:')
  duckdb = await instance.connect()
  const nested = `CASE WHEN i % 5 > 0 THEN list_transform(range(i % 4), lambda j: 't' || j) END AS tags, {'a': i, 'b': [i, i + 1]} AS pair`
  const rows = `SELECT i AS id, CASE WHEN i % 7 > 0 THEN i / 2 END AS x, ${nested}, 'n' || i % 9 AS name FROM range(${ROWS}) t(i)`
  await duckdb.run(`COPY (${rows}) TO '${at('in.parquet')}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)`)
})
afterAll(async () => {
  duckdb.closeSync()
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

/** Computed columns in files cut so; every value tells its row. */
async function writeAdded(cuts: readonly (readonly number[])[]): Promise<readonly string[]> {
  const paths: string[] = []
  let first = 0
  for (const groupRows of cuts) {
    const count = groupRows.reduce((sum, rows) => sum + rows, 0)
    const place = (i: number) => first + i
    const values = Float32Array.from({ length: count }, (_, i) => place(i) / 4)
    const codes = Int32Array.from({ length: count }, (_, i) => place(i) % CLASSES.length)
    const path = at(`added-${paths.length}.parquet`)
    const columns = [
      { name: 'score', kind: 'number', values },
      { name: 'class', kind: 'text', codes, categories: CLASSES },
      { name: 'single', kind: 'text', codes: new Int32Array(count), categories: ['one'] },
    ] as const
    await writeFile(path, Buffer.concat(parquetOfColumns(columns, groupRows)))
    paths.push(path)
    first += count
  }
  return paths
}

async function add(keep: readonly string[], cuts: readonly (readonly number[])[]): Promise<string> {
  const addedPaths = await writeAdded(cuts)
  const path = at('out.parquet')
  const output = await open(path, 'w')
  await addColumns({ sourcePath: at('in.parquet'), keep, addedPaths, output })
  await output.close()
  return path
}

const WRONG = `score <> id / 4 OR single <> 'one' OR class <> 'é' || id % ${CLASSES.length}`

describe('addColumns', () => {
  it.each([
    ['whole', [GROUP_ROWS]],
    ['one for each row group', GROUP_ROWS.map((rows) => [rows])],
    ['several to a row group, of odd lengths', [[13], [2035, 7], [2041, 2048, 1], [856]]],
  ])('puts columns that were computed beside those of a file: %s', async (_, cuts) => {
    const path = await add(NAMES, cuts)
    const kept = `SELECT ${NAMES.join(', ')} FROM '${path}'`
    expect(await ask(`SELECT count(*) AS n FROM '${path}' WHERE NOT (${WRONG})`)).toEqual([{ n: String(ROWS) }])
    expect(await ask(`${kept} EXCEPT ALL SELECT * FROM '${at('in.parquet')}'`)).toEqual([])
    const groups = `SELECT DISTINCT row_group_id AS id, row_group_num_rows AS n FROM parquet_metadata('${path}') ORDER BY 1`
    expect((await ask(groups)).map(({ n }) => Number(n))).toEqual(GROUP_ROWS)
  })

  it('takes over some columns, or none', async () => {
    const some = await add(['pair', 'name'], [GROUP_ROWS])
    const source = `SELECT pair, name FROM '${at('in.parquet')}'`
    expect(await ask(`SELECT pair, name FROM '${some}' EXCEPT ALL ${source}`)).toEqual([])
    const columns = (await ask(`DESCRIBE SELECT * FROM '${some}'`)).map(({ column_name }) => column_name)
    expect(columns).toEqual(['pair', 'name', 'score', 'class', 'single'])
    const none = await add([], [[100], [1948, 2048, 2048, 857]])
    expect(await ask(`SELECT count(*) AS n, sum(score) AS sum FROM '${none}'`)).toEqual([
      { n: String(ROWS), sum: (ROWS * (ROWS - 1)) / 8 },
    ])
  })

  it('says sizes that fit the bytes', async () => {
    const path = await add(NAMES, [[13], [2035, 2048, 2048], [857]])
    const [{ least, most, joined } = {}] = await ask(
      `SELECT min(coalesce(dictionary_page_offset, data_page_offset)) AS least,
        max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size) AS most,
        sum(total_compressed_size) AS joined FROM parquet_metadata('${path}')`,
    )
    expect(Number(least)).toBe(4)
    expect(Number(most)).toBe(4 + Number(joined))
  })
})

describe('isCopyable', () => {
  it('holds for a file that is read by the names it says', async () => {
    expect(await isCopyable(at('in.parquet'), NAMES)).toBe(true)
    expect(await isCopyable(at('in.parquet'), [...NAMES, 'of_the_path'])).toBe(false)
    expect(await isCopyable(at('in.parquet'), ['ID', ...NAMES.slice(1)])).toBe(false)
  })

  it('does not hold for bytes that are cut, or no Parquet, or encrypted', async () => {
    const bytes = await readFile(at('in.parquet'))
    await mkdir(at('odd'))
    const odd = at('odd/odd.parquet')
    for (const wrong of [bytes.subarray(0, -9), bytes.subarray(-3000), Buffer.from('id,x\n1,2\n'), Buffer.alloc(0)]) {
      await writeFile(odd, wrong)
      expect(await isCopyable(odd, NAMES)).toBe(false)
    }
    await duckdb.run(`SET force_mbedtls_unsafe = 'true'`)
    await duckdb.run(`PRAGMA add_parquet_key('key', '0123456789112345')`)
    await duckdb.run(`COPY (SELECT 1 AS id) TO '${odd}' (FORMAT parquet, ENCRYPTION_CONFIG {footer_key: 'key'})`)
    expect(await isCopyable(odd, ['id'])).toBe(false)
  })
})
