import type { ChartData } from '../charts/chart-data.ts'
import type { RunColumn } from './run-columns.tsx'
import type { TreeRow } from './tree-rows.ts'

/** The rows of the table with its columns; numbers are whole, not as they are shown. */
export function runsCsv(rows: readonly TreeRow[], columns: readonly RunColumn[]): ChartData {
  const written = columns.filter(({ kind }) => kind !== 'curve')
  return {
    columns: ['id', 'name', 'status', ...written.map(({ id }) => id)],
    rows: rows.map(({ run }) => [run.id, run.name, run.status, ...written.map((column) => column.value(run))]),
  }
}
