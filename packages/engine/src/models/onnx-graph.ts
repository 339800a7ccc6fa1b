import {
  inputTensors,
  MODEL_OUTPUTS,
  type OnnxTensor,
  packInputs,
  RegiaError,
  type Signature,
  type Table,
} from '@regia/core'
import type { InferenceSession, InferenceSessionFactory, Tensor } from 'onnxruntime-node'
import { assertInputs, createFeeder, mismatch } from './graph-inputs.ts'
import type { InputColumns, InputValues, Predictions } from './model-session.ts'
import { importOnnxRuntime } from './onnx-runtime.ts'
import { concatPredictions, toPredictions } from './predictions.ts'

/** Rows that one call of the graph takes at most, so that its intermediate tensors stay in the caches. */
export const CHUNK_ROWS = 8192

/** A graph that is ready to run. `run` blocks the thread that it is called on. */
export type LoadedGraph = {
  readonly run: (inputs: InputColumns, rowCount: number) => Promise<Predictions>
  readonly runTable: (table: Table) => Promise<Predictions>
  readonly release: () => Promise<void>
}

/**
 * Loads a graph and checks that it is what its signature says.
 *
 * @throws RegiaError `MODEL_INVALID` when it cannot be loaded, or its inputs or outputs are others.
 */
export async function loadGraph(graph: Uint8Array, signature: Signature): Promise<LoadedGraph> {
  const { InferenceSession, Tensor } = await importOnnxRuntime()
  const { session, packed } = await openSession(InferenceSession, graph, signature).catch((cause: unknown) => {
    throw new RegiaError('MODEL_INVALID', `The model's graph cannot be loaded: ${String(cause)}`, { cause })
  })
  assertInputs(session, signature, packed)
  const feedsOf = createFeeder(signature, packed, Tensor)
  const output = signature.task === 'regression' ? MODEL_OUTPUTS.prediction : MODEL_OUTPUTS.probabilities
  assertOutput(session, output)
  const run = async (inputs: InputColumns, rowCount: number): Promise<Predictions> => {
    if (rowCount === 0) return toPredictions(signature, new Float32Array(), 0)
    const results = await session.run(feedsOf(inputs, rowCount), [output])
    return toPredictions(signature, floatsOf(results[output], output), rowCount)
  }
  return {
    run,
    runTable: async (table) => {
      const parts: Predictions[] = []
      for (let from = 0; from < Math.max(1, table.rowCount); from += CHUNK_ROWS) {
        const rows = sliceRows(table, from, Math.min(table.rowCount, from + CHUNK_ROWS))
        parts.push(await run(inputTensors(rows, signature.inputs).map(inputValues), rows.rowCount))
      }
      return concatPredictions(parts)
    },
    release: () => session.release(),
  }
}

async function openSession(factory: InferenceSessionFactory, graph: Uint8Array, { inputs }: Signature) {
  // Columns of numbers go in together: each tensor by itself costs as much as dozens of trees.
  const { bytes, packed } = packInputs(
    graph,
    inputs.map(({ name }) => name),
  )
  // One thread: single rows gain nothing from more, and several sessions share the cores. Memory arena and pattern stay on: without them
  // sessions of 20 and 200 trees took 40 and 75 KB less of 270 and 1,230, and answered no faster.
  const session = await factory.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })
  return { session, packed }
}

function floatsOf(tensor: Tensor | undefined, name: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new RegiaError('MODEL_INVALID', `The graph's output "${name}" is ${tensor?.type ?? 'absent'}, not float.`)
}

function inputValues({ data }: OnnxTensor): InputValues {
  if (data instanceof Float32Array || data instanceof BigInt64Array || data instanceof Uint8Array) return data
  if (Array.isArray(data)) return data
  throw new Error('unreachable: inputs are float, int64, bool or string')
}

/** Some rows of a table, sharing its memory. */
function sliceRows(table: Table, from: number, until: number): Table {
  const columns = Object.entries(table.columns).map(([name, column]) => [
    name,
    column.type === 'string'
      ? { ...column, codes: column.codes.subarray(from, until) }
      : { ...column, values: column.values.subarray(from, until) },
  ])
  return { rowCount: until - from, columns: Object.fromEntries(columns) }
}

function assertOutput(session: InferenceSession, name: string): void {
  if (session.outputNames.includes(name)) return
  throw mismatch(`the graph gives ${session.outputNames.join(', ')}, not "${name}"`)
}
