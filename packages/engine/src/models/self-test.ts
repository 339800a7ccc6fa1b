import { type ModelPackage, RegiaError, type Row } from '@regia/core'
import type { Predictions, SelfTestResult } from './model-session.ts'

/** How far answers may be from those at packaging, relative to values above 1: other processors round otherwise. */
const SELF_TEST_TOLERANCE = 1e-5

type PredictRows = (rows: readonly Row[]) => Promise<Predictions>

/**
 * Asks the example row by row, then several rows at once. Row by row it must be as it was packaged. What is wrong only together is said,
 * not thrown: such a graph serves one row at a time.
 *
 * @throws RegiaError `MODEL_SELF_TEST_FAILED`, `MODEL_INVALID` when the example holds what no row does.
 */
export async function selfTest({ example }: ModelPackage, predictRows: PredictRows): Promise<SelfTestResult> {
  const { probabilities, predictions } = example
  const rows = example.rows.map(toRow)
  const expected = probabilities?.flat() ?? predictions ?? []
  const singly: number[] = []
  for (const row of rows) singly.push(...valuesOf(await predictRows([row])))
  const maxError = largestError(expected, singly)
  if (maxError > SELF_TEST_TOLERANCE) throw failed(expected, singly, maxError, rows.length)
  const unsafeBatching = await findUnsafeBatching(rows, singly, predictRows)
  return { maxError, rowCount: rows.length, ...(unsafeBatching !== undefined && { unsafeBatching }) }
}

/** Rows asked together, in another order and repeated must get what each gets by itself. */
async function findUnsafeBatching(
  rows: readonly Row[],
  singly: readonly number[],
  predictRows: PredictRows,
): Promise<string | undefined> {
  const width = rows.length === 0 ? 0 : singly.length / rows.length
  const inOrder = rows.map((_, i) => i)
  for (const places of [inOrder, inOrder.toReversed(), [...inOrder, ...inOrder.toReversed(), ...inOrder]]) {
    const expected = places.flatMap((place) => singly.slice(place * width, (place + 1) * width))
    try {
      const error = largestError(expected, valuesOf(await predictRows(places.map((place) => rows[place]!))))
      if (error <= SELF_TEST_TOLERANCE) continue
      return `${places.length} rows together are answered otherwise than one by one, off by ${error}`
    } catch (error) {
      return `${places.length} rows together fail: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return undefined
}

const valuesOf = ({ probabilities, scores }: Predictions): Float32Array => probabilities ?? scores

function largestError(expected: readonly number[], got: ArrayLike<number>): number {
  if (expected.length === 0 || expected.length !== got.length) return Number.POSITIVE_INFINITY
  const errors = expected.map((value, i) => Math.abs(value - got[i]!) / Math.max(1, Math.abs(value)))
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...errors)
}

/** @throws RegiaError `MODEL_INVALID` when the example of a package holds what no row does. */
export function toRow(example: Readonly<Record<string, unknown>>): Row {
  const cells = Object.entries(example).map(([name, cell]) => {
    if (cell === null || typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') {
      return [name, cell] as const
    }
    throw new RegiaError('MODEL_INVALID', `The package's example holds ${typeof cell} in "${name}".`)
  })
  return Object.fromEntries(cells)
}

const failed = (expected: readonly number[], got: readonly number[], maxError: number, rowCount: number): RegiaError =>
  new RegiaError('MODEL_SELF_TEST_FAILED', `The model does not answer its own example: off by ${maxError}.`, {
    where: `expected ${expected.slice(0, 6).join(', ')}; got ${got.slice(0, 6).join(', ')}`,
    hint: 'Package the model again; until then the version that serves now goes on serving.',
    data: { maxError: Number.isFinite(maxError) ? maxError : null, rowCount },
  })
