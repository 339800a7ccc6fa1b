import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnType, Row, Table } from '@regia/core'
import type { DataEngine } from '../data/index.ts'
import type { TableHandle } from './step-definition.ts'
import { tableOfRows } from './table-of-rows.ts'

/** Tables of one attempt: opened when a step asks for them, so that a step without tables never loads DuckDB. */
export type StepData = {
  readonly handleOf: (path: string, known?: KnownTable) => Promise<TableHandle>
  /** Writes what is no Parquet file yet. @param where - Named in errors. */
  readonly persist: (output: TableHandle | Table | readonly Row[], where: string) => Promise<TableHandle>
  readonly sql: (text: string, tables: { readonly [name: string]: TableHandle | Table }) => Promise<TableHandle>
  readonly rows: (sql: string, path: string) => Promise<readonly Row[]>
  /** Writes the rows of one file as another, by their endings: `.parquet` or `.csv`. */
  readonly convert: (path: string, outputPath: string) => Promise<void>
}

type KnownTable = {
  readonly rowCount: number
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
}

export type StepDataOptions = {
  readonly dir: string
  readonly cpu: number
  readonly memoryMb: number
  readonly signal?: AbortSignal
}

/** DuckDB's memory is not on the JavaScript heap, which may take all of `memoryMb`; few steps use both at once. */
const DUCKDB_SHARE = 0.75

export function openStepData({ dir, cpu, memoryMb, signal }: StepDataOptions): StepData {
  let opened: Promise<DataEngine> | undefined
  const engine = () => {
    opened ??= createEngine()
    return opened
  }
  const createEngine = async () => {
    const { createDataEngine } = await import('../data/index.ts')
    const limits = {
      memoryLimitMb: Math.max(256, Math.round(memoryMb * DUCKDB_SHARE)),
      threads: Math.max(1, Math.ceil(cpu)),
    }
    return createDataEngine({ tempDir: join(dir, 'spill'), ...limits, ...(signal && { signal }) })
  }
  const newPath = () => join(dir, `${randomUUID()}.parquet`)
  const makeHandle = (path: string, known: KnownTable): TableHandle => ({
    ...known,
    path,
    read: async (columns) => (await engine()).readTable(path, columns ? { columns } : {}),
  })
  const write = async (table: Table) => {
    const path = newPath()
    await (await engine()).writeTable(table, path)
    const columns = Object.entries(table.columns).map(([name, { type }]) => ({ name, type }))
    return makeHandle(path, { rowCount: table.rowCount, columns })
  }
  const persist: StepData['persist'] = async (output, where) => {
    if (isRows(output)) return write(tableOfRows(output, where))
    if (!isHandle(output)) return write(output)
    return output.path === '' ? write(await output.read()) : output
  }
  return {
    persist,
    handleOf: async (path, known) => makeHandle(path, known ?? (await describe(await engine(), path))),
    rows: async (sql, path) => (await engine()).queryRows({ sql, tables: { t: path } }),
    convert: async (path, outputPath) => {
      await (await engine()).query({ sql: 'SELECT * FROM t', tables: { t: path }, outputPath })
    },
    sql: async (text, given) => {
      const tables: Record<string, string> = {}
      for (const [name, table] of Object.entries(given)) tables[name] = (await persist(table, name)).path
      await mkdir(dir, { recursive: true })
      const outputPath = newPath()
      return makeHandle(outputPath, await (await engine()).query({ sql: text, tables, outputPath }))
    },
  }
}

/** Runs SQL over tables outside of any run: for tests of steps. */
export const queryTables = (
  text: string,
  tables: { readonly [name: string]: TableHandle | Table },
  dir: string,
): Promise<TableHandle> => openStepData({ dir, cpu: 2, memoryMb: 1024 }).sql(text, tables)

async function describe(engine: DataEngine, path: string): Promise<KnownTable> {
  const [columns, { total }] = await Promise.all([engine.columns(path), engine.rows({ path, limit: 0 })])
  return { columns, rowCount: total }
}

const isRows = (output: TableHandle | Table | readonly Row[]): output is readonly Row[] => Array.isArray(output)

export const isHandle = (output: object): output is TableHandle =>
  'read' in output && typeof output.read === 'function' && 'path' in output && typeof output.path === 'string'

/** Whether a value has the shape of a table in memory. */
export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && 'rowCount' in value && 'columns' in value
