import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Table } from '@regia/core'

export type ReadTableOptions = {
  /** All columns where absent. */
  readonly columns?: readonly string[]
  /** A condition in SQL. It is trusted: never put text of others into it. */
  readonly where?: string
  /** Megabytes that DuckDB may hold before it spills to disk. */
  readonly memoryLimitMb?: number
}

/**
 * Reads a Parquet file into memory, outside of a step: in a script, a notebook or a demo. A step's table inputs have their own `read`.
 *
 * @throws RegiaError `DATA_UNREADABLE` when it is no Parquet file, `COLUMN_MISSING` naming the column, `COLUMN_TYPE` for types that a table cannot hold.
 * @example const late = await readTable('flights.parquet', { columns: ['delay'], where: 'delay > 15' })
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const { memoryLimitMb = 400, ...selection } = options
  const { createDataEngine } = await import('@regia/engine')
  const tempDir = await mkdtemp(join(tmpdir(), 'regia-read-'))
  const engine = await createDataEngine({ tempDir, memoryLimitMb, threads: 1 })
  try {
    return await engine.readTable(path, selection)
  } finally {
    await engine.close()
    await rm(tempDir, { recursive: true, force: true })
  }
}
