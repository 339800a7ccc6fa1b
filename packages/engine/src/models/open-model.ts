import { RegiaError, type Row, type Table } from '@regia/core'
import { createBatchThread } from './batch-thread.ts'
import { inputBatches } from './input-batch.ts'
import { type OpenedPackage, readModelPackage } from './model-package.ts'
import type { ModelSession, Predictions, SelfTestResult } from './model-session.ts'
import { loadGraph } from './onnx-graph.ts'

/** From so many rows on a table is scored on another thread: it would block this one for more than some milliseconds. */
const THREAD_ROWS = 1024
/** How far answers may be from those at packaging: other processors round otherwise. */
const SELF_TEST_TOLERANCE = 1e-5

/**
 * Loads a model package and makes it ready to answer. onnxruntime is loaded with the first model.
 *
 * @throws RegiaError `MODEL_INVALID` when the package or its graph is not sound.
 */
export async function openModel(source: Uint8Array | OpenedPackage): Promise<ModelSession> {
  const opened = source instanceof Uint8Array ? readModelPackage(source) : source
  const { manifest, graph } = opened
  const { signature } = manifest
  const loaded = await loadGraph(graph, signature)
  const thread = createBatchThread(graph, signature)
  const createBatch = inputBatches(signature)
  const calls = new Set<Promise<unknown>>()
  let isClosed = false

  const track = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isClosed) return Promise.reject(closedError())
    const call = work()
    calls.add(call)
    const forget = () => calls.delete(call)
    call.then(forget, forget)
    return call
  }
  const predictRows = (rows: readonly Row[]): Promise<Predictions> => {
    const batch = createBatch()
    batch.append(rows)
    return track(() => loaded.run(batch.columns(), batch.rowCount))
  }
  return {
    manifest,
    signature,
    createBatch,
    predictBatch: (batch) => track(() => loaded.run(batch.columns(), batch.rowCount)),
    predictInputs: (inputs, rowCount) => track(() => loaded.run(inputs, rowCount)),
    predictRows: async (rows) => predictRows(rows),
    predictTable: (table: Table) =>
      track(() => (table.rowCount < THREAD_ROWS ? loaded.runTable(table) : thread.runTable(table))),
    selfTest: () => selfTest(opened, predictRows),
    close: async () => {
      isClosed = true
      await Promise.allSettled(calls)
      await thread.close()
      await loaded.release()
    },
  }
}

/** Asks the example once as a batch and once row by row: a graph that mixes rows up must not serve batches. */
async function selfTest(
  { manifest }: OpenedPackage,
  predictRows: (rows: readonly Row[]) => Promise<Predictions>,
): Promise<SelfTestResult> {
  const { probabilities, predictions } = manifest.example
  const rows = manifest.example.rows.map(toRow)
  const expected = probabilities?.flat() ?? predictions ?? []
  const together = valuesOf(await predictRows(rows))
  const singly: number[] = []
  for (const row of rows) singly.push(...valuesOf(await predictRows([row])))
  const maxError = Math.max(largestError(expected, together), largestError(expected, singly))
  if (maxError <= SELF_TEST_TOLERANCE) return { maxError, rowCount: rows.length }
  throw new RegiaError('MODEL_SELF_TEST_FAILED', `The model does not answer its own example: off by ${maxError}.`, {
    where: `expected ${expected.slice(0, 6).join(', ')}; got ${[...together].slice(0, 6).join(', ')}`,
    hint: 'Package the model again; until then the version that serves now goes on serving.',
    data: { maxError: Number.isFinite(maxError) ? maxError : null, rowCount: rows.length },
  })
}

const valuesOf = ({ probabilities, scores }: Predictions): Float32Array => probabilities ?? scores

function largestError(expected: readonly number[], got: ArrayLike<number>): number {
  if (expected.length === 0 || expected.length !== got.length) return Number.POSITIVE_INFINITY
  const errors = expected.map((value, i) => Math.abs(value - got[i]!))
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...errors)
}

/** @throws RegiaError `MODEL_INVALID` when the example of a package holds what no row does. */
function toRow(example: Readonly<Record<string, unknown>>): Row {
  const cells = Object.entries(example).map(([name, cell]) => {
    if (cell === null || typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') {
      return [name, cell] as const
    }
    throw new RegiaError('MODEL_INVALID', `The package's example holds ${typeof cell} in "${name}".`)
  })
  return Object.fromEntries(cells)
}

const closedError = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The model was closed.', {
    hint: 'Open it again, or ask the version that replaced it.',
  })
