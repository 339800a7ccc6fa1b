import { type ModelPackage, RegiaError, type Row, type Table, toRows, type Upstream } from '@regia/core'
import { inputBatches } from '../input-batch.ts'
import type { InputColumns, ModelSession, Predictions } from '../model-session.ts'
import { concatPredictions } from '../predictions.ts'
import { selfTest } from '../self-test.ts'
import { noSecrets, type ReadSecret } from './credentials.ts'
import { postInfer } from './post-infer.ts'
import { inferBody, readInfer } from './tensors.ts'

/** Requests under way at once to one server. */
const AT_ONCE = 16
const TABLE_ROWS = 1000

/**
 * A session whose answers come from another server of the Open Inference Protocol. Nothing is loaded here.
 *
 * @param readSecret - Finds what that server demands; without it one that demands something cannot be asked.
 */
export function openUpstream(
  manifest: ModelPackage,
  upstream: Upstream,
  readSecret: ReadSecret = noSecrets,
): ModelSession {
  const { signature } = manifest
  const createBatch = inputBatches(signature)
  const calls = new Set<Promise<Predictions>>()
  let isClosed = false

  const predictInputs = (inputs: InputColumns, rowCount: number): Promise<Predictions> => {
    if (isClosed) return Promise.reject(closedError())
    const call = postInfer(upstream, inferBody(upstream, signature, inputs, rowCount), readSecret).then((reply) =>
      readInfer(upstream, signature, reply, rowCount),
    )
    calls.add(call)
    const forget = () => calls.delete(call)
    call.then(forget, forget)
    return call
  }
  const predictRows = async (rows: readonly Row[]): Promise<Predictions> => {
    const batch = createBatch()
    batch.append(rows)
    return predictInputs(batch.columns(), batch.rowCount)
  }
  return {
    manifest,
    signature,
    atOnce: AT_ONCE,
    createBatch,
    predictBatch: (batch) => predictInputs(batch.columns(), batch.rowCount),
    predictInThread: async (batch) => {
      const startedAt = performance.now()
      const predictions = await predictInputs(batch.columns(), batch.rowCount)
      return { predictions, runMs: performance.now() - startedAt }
    },
    predictInputs,
    predictRows,
    predictTable: (table) => predictTable(table, signature.inputs, predictRows),
    selfTest: () => selfTest(manifest, predictRows),
    unload: async () => undefined,
    close: async () => {
      isClosed = true
      await Promise.allSettled(calls)
    },
  }
}

async function predictTable(
  table: Table,
  inputs: readonly { readonly name: string }[],
  predictRows: (rows: readonly Row[]) => Promise<Predictions>,
): Promise<Predictions> {
  const parts: Predictions[] = []
  const rows = toRows(table).map((row) => Object.fromEntries(inputs.map(({ name }) => [name, row[name] ?? null])))
  for (let from = 0; from < rows.length; from += TABLE_ROWS) {
    parts.push(await predictRows(rows.slice(from, from + TABLE_ROWS)))
  }
  return concatPredictions(parts)
}

const closedError = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The model was closed.', { hint: 'Ask the version that replaced it.' })
