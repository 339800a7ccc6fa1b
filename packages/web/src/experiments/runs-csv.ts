import type { ChartData } from '../charts/chart-data.ts'
import type { RunColumn } from './run-columns.tsx'
import type { TreeRow } from './tree-rows.ts'

/** The rows of the table with its columns; numbers are whole, not as they are shown. */
export const runsCsv = (rows: readonly TreeRow[], columns: readonly RunColumn[]): ChartData => ({
  columns: ['id', 'name', 'status', ...columns.map(({ id }) => id)],
  rows: rows.map(({ run }) => [run.id, run.name, run.status, ...columns.map((column) => column.value(run))]),
})
