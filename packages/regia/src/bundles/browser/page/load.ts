import { inputElementType, MODEL_OUTPUTS, RegiaError, type Row, type Signature } from '@regia/core'
import { type InputValues, inputBatches, type Predictions, toPredictions } from '@regia/engine'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { PAGE_FILES, type PageModel } from './page-model.ts'

/** The answer to a row, as the model's server gives it, without the id of a log. */
export type PagePrediction = {
  readonly label?: string
  /** Of the positive class; for a regression the value itself. */
  readonly score: number
  readonly probabilities?: Readonly<Record<string, number>>
}

export type BrowserModel = {
  readonly model: PageModel
  /** How far the answers to the example are from those when it was packaged. */
  readonly selfTestError: number
  /** @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE` naming field and row. */
  readonly predict: (rows: readonly Row[]) => Promise<readonly PagePrediction[]>
  /** The same as columns: for many rows. */
  readonly predictColumns: (rows: readonly Row[]) => Promise<Predictions>
  readonly close: () => Promise<void>
}

/** As the server takes it: other processors round otherwise. */
const TOLERANCE = 1e-5

/**
 * Loads the model whose files lie beside this program, or elsewhere, and asks its example.
 *
 * @param base - Address of a file in the folder.
 * @throws RegiaError `NOT_FOUND`, `MODEL_INVALID`, `MODEL_SELF_TEST_FAILED`.
 * @example
 * import { load } from './regia-model.js'
 * const model = await load()
 * await model.predict([{ origin: 'JFK', distance: 300 }]) // [{ label, score, probabilities }]
 */
export async function load(base: string | URL = import.meta.url): Promise<BrowserModel> {
  const fetched = (name: string) => fetchFile(new URL(name, base))
  const [described, graph, runtime] = await Promise.all([
    fetched(PAGE_FILES.model).then((response): Promise<PageModel> => response.json()),
    fetched(PAGE_FILES.graph).then((response) => response.arrayBuffer()),
    fetched(PAGE_FILES.runtime).then((response) => response.arrayBuffer()),
  ])
  // Threads would need headers that a static server does not send; it fetches nothing by itself.
  Object.assign(env.wasm, { numThreads: 1, wasmBinary: runtime })
  env.logLevel = 'error'
  const session = await InferenceSession.create(new Uint8Array(graph), { logSeverityLevel: 3 }).catch(
    (cause: unknown) => {
      throw new RegiaError('MODEL_INVALID', `The model's graph cannot be loaded: ${String(cause)}`, { cause })
    },
  )
  const predictColumns = columnsOf(session, described.signature)
  const selfTestError = await testExample(described, predictColumns)
  return {
    model: described,
    selfTestError,
    predictColumns,
    predict: async (rows) => toAnswers(described.signature, await predictColumns(rows)),
    close: () => session.release(),
  }
}

async function fetchFile(url: URL): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new RegiaError('NOT_FOUND', 'A file of the model cannot be read.', {
      cause,
      where: url.href,
      hint: 'Serve the folder over HTTP: a page that was opened from a disk may read nothing.',
    })
  })
  if (response.ok) return response
  throw new RegiaError('NOT_FOUND', `A file of the model cannot be read: ${response.status}.`, {
    where: url.href,
    hint: 'Put all files of the folder beside each other.',
  })
}

function columnsOf(session: InferenceSession, signature: Signature): BrowserModel['predictColumns'] {
  const createBatch = inputBatches(signature)
  const output = signature.task === 'regression' ? MODEL_OUTPUTS.prediction : MODEL_OUTPUTS.probabilities
  return async (rows) => {
    if (rows.length === 0) return toPredictions(signature, new Float32Array(), 0)
    const batch = createBatch()
    batch.append(rows)
    const feeds = batch
      .columns()
      .map((values, i) => [signature.inputs[i]!.name, tensorOf(values, rows.length)] as const)
    const results = await session.run(Object.fromEntries(feeds), [output])
    const data = results[output]?.data
    if (!(data instanceof Float32Array)) throw new RegiaError('MODEL_INVALID', `The graph has no output "${output}".`)
    return toPredictions(signature, data, rows.length)
  }
}

function tensorOf(values: InputValues, rowCount: number): Tensor {
  const dims = [rowCount, 1]
  if (values instanceof Float32Array) return new Tensor('float32', values, dims)
  if (values instanceof BigInt64Array) return new Tensor('int64', values, dims)
  if (values instanceof Uint8Array) return new Tensor('bool', values, dims)
  return new Tensor('string', [...values], dims)
}

async function testExample(
  { example, signature }: PageModel,
  predict: BrowserModel['predictColumns'],
): Promise<number> {
  // Rows of a package were checked when it was written; `predict` checks them again.
  const { scores, probabilities } = await predict(example.rows as readonly Row[])
  const expected = example.probabilities?.flat() ?? example.predictions ?? []
  const got = probabilities ?? scores
  const errors = expected.map((value, i) => Math.abs(value - (got[i] ?? Number.NaN)) / Math.max(1, Math.abs(value)))
  const error = Math.max(0, ...errors)
  if (error <= TOLERANCE && expected.length === got.length) return error
  throw new RegiaError('MODEL_SELF_TEST_FAILED', `The model does not answer its own example: off by ${error}.`, {
    where: signature.inputs.map((input) => `${input.name}: ${inputElementType(input)}`).join(', '),
    hint: 'Make the folder again from the model package.',
  })
}

function toAnswers({ classes }: Signature, predictions: Predictions): readonly PagePrediction[] {
  const { scores, probabilities, classes: places } = predictions
  return Array.from(scores, (score, row) => {
    const label = classes?.[places?.[row] ?? -1]
    const named = classes?.map((name, k) => [name, probabilities?.[row * classes.length + k] ?? Number.NaN] as const)
    return { ...(label !== undefined && { label }), score, ...(named && { probabilities: Object.fromEntries(named) }) }
  })
}
