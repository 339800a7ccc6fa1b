import {
  inputElementType,
  inputTensors,
  MODEL_OUTPUTS,
  type OnnxTensor,
  RegiaError,
  type Signature,
  type Table,
} from '@regia/core'
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node'
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
  // One thread: single rows gain nothing from more, and several sessions share the cores. Memory arena and pattern stay on: without them
  // sessions of 20 and 200 trees took 40 and 75 KB less of 270 and 1,230, and answered no faster.
  const session = await InferenceSession.create(graph, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new RegiaError('MODEL_INVALID', `The model's graph cannot be loaded: ${String(cause)}`, { cause })
  })
  assertInputs(session, signature)
  const output = signature.task === 'regression' ? MODEL_OUTPUTS.prediction : MODEL_OUTPUTS.probabilities
  assertOutput(session, output)
  const run = async (inputs: InputColumns, rowCount: number): Promise<Predictions> => {
    if (rowCount === 0) return toPredictions(signature, new Float32Array(), 0)
    const results = await session.run(feedsOf(signature, inputs, rowCount, Tensor), [output])
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

function feedsOf(signature: Signature, inputs: InputColumns, rowCount: number, Tensor: TensorConstructor) {
  const feeds: Record<string, Tensor> = {}
  for (let i = 0; i < inputs.length; i++) {
    feeds[signature.inputs[i]!.name] = tensorOf(inputs[i]!, [rowCount, 1], Tensor)
  }
  return feeds
}

function tensorOf(values: InputValues, dims: readonly number[], Tensor: TensorConstructor): Tensor {
  if (values instanceof Float32Array) return new Tensor('float32', values, dims)
  if (values instanceof BigInt64Array) return new Tensor('int64', values, dims)
  if (values instanceof Uint8Array) return new Tensor('bool', values, dims)
  return new Tensor('string', values, dims)
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

const RUNTIME_TYPES: Readonly<Record<string, string>> = {
  float: 'float32',
  int64: 'int64',
  bool: 'bool',
  string: 'string',
}

function assertInputs(session: InferenceSession, { inputs }: Signature): void {
  const names = inputs.map(({ name }) => name)
  const unnamed = session.inputNames.find((name) => !names.includes(name))
  if (unnamed !== undefined) throw mismatch(`the graph takes "${unnamed}", which the signature does not name`)
  for (const input of inputs) {
    const metadata = session.inputMetadata.find(({ name }) => name === input.name)
    if (!metadata) throw mismatch(`the graph does not take "${input.name}", which the signature names`)
    const expected = RUNTIME_TYPES[inputElementType(input)]
    const got = metadata.isTensor ? metadata.type : 'no tensor'
    if (got !== expected) throw mismatch(`the graph takes "${input.name}" as ${got}, the signature says ${expected}`)
  }
}

function assertOutput(session: InferenceSession, name: string): void {
  if (session.outputNames.includes(name)) return
  throw mismatch(`the graph gives ${session.outputNames.join(', ')}, not "${name}"`)
}

const mismatch = (fault: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `Graph and signature disagree: ${fault}.`, {
    hint: 'Package the model again, with the signature of its own graph.',
  })
