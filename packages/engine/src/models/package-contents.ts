import {
  type ModelPackage,
  type ReferenceProfile,
  referenceProfile,
  type Signature,
  selectColumns,
  type Table,
  takeRows,
  toRows,
} from '@regia/core'
import type { LoadedGraph } from './onnx-graph.ts'

const EXAMPLE_ROWS = 5
const REFERENCE_ROWS = 200_000

/** Some rows of a table with what the graph says of them: what a package is tested with before it serves. */
export async function exampleOf(
  loaded: LoadedGraph,
  table: Table,
  signature: Signature,
): Promise<ModelPackage['example']> {
  const names = signature.inputs.map(({ name }) => name)
  const rows = selectColumns(spaced(table, EXAMPLE_ROWS), names)
  const { probabilities, scores } = await loaded.runTable(rows)
  const classCount = signature.classes?.length ?? 0
  return {
    rows: toRows(rows).map((row) => ({ ...row })),
    ...(probabilities
      ? { probabilities: scoresByRow(probabilities, classCount, rows.rowCount) }
      : { predictions: [...scores] }),
  }
}

const scoresByRow = (values: Float32Array, width: number, rowCount: number): number[][] =>
  Array.from({ length: rowCount }, (_, row) => [...values.subarray(row * width, (row + 1) * width)])

/** How inputs and scores are distributed over a table: what later windows are compared with. */
export async function describeReference(
  loaded: LoadedGraph,
  reference: Table,
  signature: Signature,
): Promise<ReferenceProfile> {
  const table = spaced(reference, REFERENCE_ROWS)
  const { scores } = await loaded.runTable(table)
  return referenceProfile(table, Float64Array.from(scores), {
    columns: signature.inputs.map(({ name }) => name),
    labelMeaning: signature.task === 'binary' ? 'positive' : 'correct',
  })
}

/** At most `count` rows, evenly spaced: a table sorted by time is covered whole. */
export function spaced(table: Table, count: number): Table {
  if (table.rowCount <= count) return table
  return takeRows(
    table,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count)),
  )
}
