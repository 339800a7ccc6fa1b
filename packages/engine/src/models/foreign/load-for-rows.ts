import { type Signature, type Table, takeRows } from '@regia/core'
import type { Predictions } from '../model-session.ts'
import { type LoadedGraph, loadGraph } from '../onnx-graph.ts'
import { explainUnloadable } from './explain-unloadable.ts'
import type { ForeignGraph, ForeignTensor } from './foreign-graph.ts'
import { fixedRowCount, inRowGroups } from './row-groups.ts'
import { wrapGraph } from './wrap-graph.ts'

export type GraphToLoad = {
  readonly foreign: ForeignGraph
  readonly signature: Signature
  /** The output that answers. */
  readonly output: ForeignTensor
  /** Rows that it takes, at least one. */
  readonly reference: Table
}

/** A graph with raw columns in front, which takes any number of rows. */
export type GraphForRows = {
  readonly graph: Uint8Array
  readonly loaded: LoadedGraph
  readonly notes: readonly string[]
  /** How many the foreign graph takes, where that is fixed. */
  readonly rowsAtOnce?: number
}

const TRIED_ROWS = 5
const TOLERANCE = 1e-4

/**
 * Wraps and loads a foreign graph. One that was made for a fixed number of rows gets a loop around it, unless it answers any number all the same:
 * many are exported for one row, with nothing in them that minds.
 *
 * @throws RegiaError `MODEL_INVALID` where it cannot be loaded, or takes a fixed number of rows and is of operators too old for a loop; what the
 *   graph itself throws where it fails on the rows.
 */
export async function loadForRows(given: GraphToLoad): Promise<GraphForRows> {
  const { foreign, reference } = given
  const fixed = fixedRowCount(foreign)
  const whole = await load(given, foreign, given.output)
  const rows = someRows(reference, Math.max(TRIED_ROWS, (fixed ?? 0) + 1))
  const together = await whole.loaded.runTable(rows).catch((error: unknown) => ({ error }))
  if (fixed === undefined && !('error' in together)) return whole
  try {
    const groups = await loadInGroups(given, fixed ?? 1)
    const inGroups = await groups.loaded.runTable(rows).catch(() => undefined)
    if (inGroups && !isSame(together, inGroups)) {
      await whole.loaded.release()
      return groups
    }
    // What is wrong with it is wrong both ways, or neither.
    await groups.loaded.release()
    return whole
  } catch (error) {
    if (!('error' in together)) return whole
    await whole.loaded.release()
    throw fixed === undefined ? together.error : error
  }
}

async function loadInGroups(given: GraphToLoad, size: number): Promise<GraphForRows> {
  const { foreign, output } = inRowGroups(given.foreign, given.output, size)
  return { ...(await load(given, foreign, output)), rowsAtOnce: size }
}

async function load({ signature }: GraphToLoad, foreign: ForeignGraph, output: ForeignTensor): Promise<GraphForRows> {
  const graph = wrapGraph(foreign, signature, output)
  const loaded = await loadGraph(graph, signature).catch(async (cause: unknown) => {
    throw await explainUnloadable(foreign.model, cause)
  })
  return { graph, loaded, notes: foreign.notes }
}

function isSame(some: Predictions | { readonly error: unknown }, others: Predictions): boolean {
  if ('error' in some) return false
  const [values, wanted] = [valuesOf(some), valuesOf(others)]
  return values.length === wanted.length && values.every((value, i) => isClose(value, wanted[i] ?? Number.NaN))
}

const valuesOf = ({ probabilities, scores }: Predictions): Float32Array => probabilities ?? scores

const isClose = (value: number, wanted: number): boolean =>
  Object.is(value, wanted) || Math.abs(value - wanted) <= TOLERANCE * Math.max(1, Math.abs(value))

/** Rows from the table over and over: one alone would not tell whether others are taken. */
const someRows = (table: Table, count: number): Table =>
  takeRows(
    table,
    Int32Array.from({ length: count }, (_, row) => row % table.rowCount),
  )
