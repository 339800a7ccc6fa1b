import { type OptimisationReport, type Table, takeRows } from '@regia/core'
import type { LoadedGraph } from '../onnx-graph.ts'
import { spaced } from '../package-contents.ts'

/** What 32-bit floats round, relative to values above 1. */
const TOLERANCE = 1e-5
const BATCH_ROWS = 32

/** The largest and the mean absolute difference of two graphs' answers; a NaN of one alone is the largest number there is. */
export function compareOutputs(before: Float32Array, after: Float32Array): OptimisationReport['output'] {
  let maxDifference = 0
  let sum = 0
  for (let i = 0; i < before.length; i++) {
    const difference = Object.is(before[i], after[i]) ? 0 : Math.abs(before[i]! - after[i]!)
    sum += difference
    if (!(difference <= maxDifference)) maxDifference = Number.isNaN(difference) ? Number.MAX_VALUE : difference
  }
  const mean = before.length === 0 ? 0 : sum / before.length
  return { maxDifference: finite(maxDifference), meanDifference: finite(mean) }
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.MAX_VALUE)

/** What is wrong when rows are asked together instead of one by one; undefined where they are answered alike. */
export async function findBatchDifference({ runTable }: LoadedGraph, table: Table): Promise<string | undefined> {
  const rows = spaced(table, BATCH_ROWS)
  const together = await runTable(rows)
  const values = together.probabilities ?? together.scores
  const width = values.length / rows.rowCount
  for (let row = 0; row < rows.rowCount; row++) {
    const alone = await runTable(takeRows(rows, [row]))
    const got = alone.probabilities ?? alone.scores
    for (let k = 0; k < width; k++) {
      const [one, all] = [got[k]!, values[row * width + k]!]
      const difference = Object.is(one, all) ? 0 : Math.abs(one - all) / Math.max(1, Math.abs(one))
      if (difference <= TOLERANCE) continue
      return `rows asked together are answered otherwise than one by one, off by ${difference.toPrecision(2)}`
    }
  }
  return undefined
}
