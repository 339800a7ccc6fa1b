import { setImmediate as nextTurn } from 'node:timers/promises'
import { RegiaError } from '@regia/core'
import type { InputBatch, InputColumns, ModelSession, Predictions } from '@regia/engine'
import type { PredictCall } from './answer.ts'

/** A batch that the model answered: its requests in the order of its rows. */
export type AnsweredBatch = { readonly calls: readonly PredictCall[]; readonly predictions: Predictions }

type Batch = { readonly inputs: InputBatch; readonly calls: PredictCall[] }

/** A request with more rows runs by itself in pieces of this size, so that it does not hold up the others. */
const MAX_BATCH_ROWS = 512

/**
 * Zero-wait micro-batching: whatever arrived in this turn of the event loop is one call of the graph; what arrives while it runs is the next.
 * With one request at a time nothing waits.
 */
export class MicroBatcher {
  readonly #session: ModelSession
  readonly #onAnswered: (batch: AnsweredBatch) => void
  /** Batches whose memory can be used again. */
  readonly #spare: InputBatch[] = []
  #filling: Batch | undefined
  #running = 0
  readonly #onIdle: (() => void)[] = []

  /** @param onAnswered - Must answer every call, and not throw. */
  constructor(session: ModelSession, onAnswered: (batch: AnsweredBatch) => void) {
    this.#session = session
    this.#onAnswered = onAnswered
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#filling === undefined
  }

  /** Joins the batch of this turn. @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`: a bad request joins none. */
  add(call: PredictCall): void {
    if (call.rows.length > MAX_BATCH_ROWS) {
      const inputs = this.#session.createBatch()
      inputs.append(call.rows)
      void this.#run({ inputs, calls: [call] })
      return
    }
    const filling = this.#filling
    const isFull = filling && filling.inputs.rowCount + call.rows.length > MAX_BATCH_ROWS
    if (isFull) this.#dispatch(filling)
    const { inputs, calls } = this.#fill()
    inputs.append(call.rows)
    calls.push(call)
  }

  /** Resolves once every request that has joined is answered. */
  drained(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve))
  }

  #fill(): Batch {
    if (this.#filling) return this.#filling
    const batch: Batch = { inputs: this.#spare.pop() ?? this.#session.createBatch(), calls: [] }
    this.#filling = batch
    setImmediate(() => this.#dispatch(batch))
    return batch
  }

  #dispatch(batch: Batch): void {
    if (this.#filling !== batch) return
    this.#filling = undefined
    if (batch.calls.length > 0) void this.#run(batch)
    else this.#finish(batch)
  }

  async #run(batch: Batch): Promise<void> {
    this.#running++
    try {
      const predictions = await this.#predict(batch.inputs)
      assertFinite(predictions)
      this.#onAnswered({ calls: batch.calls, predictions })
    } catch (error) {
      await this.#recover(batch, error)
    }
    this.#running--
    this.#finish(batch)
  }

  /** One bad request must not fail the others that happened to arrive with it. */
  async #recover({ calls }: Batch, error: unknown): Promise<void> {
    if (calls.length === 1) {
      calls[0]!.fail(error)
      return
    }
    for (const call of calls) {
      const inputs = this.#session.createBatch()
      inputs.append(call.rows)
      await this.#run({ inputs, calls: [call] })
    }
  }

  #finish({ inputs }: Batch): void {
    inputs.clear()
    if (this.#spare.length < 2) this.#spare.push(inputs)
    if (this.isIdle) for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  #predict(inputs: InputBatch): Promise<Predictions> {
    return inputs.rowCount <= MAX_BATCH_ROWS ? this.#session.predictBatch(inputs) : this.#predictInPieces(inputs)
  }

  async #predictInPieces(inputs: InputBatch): Promise<Predictions> {
    const columns = inputs.columns()
    const pieces: Predictions[] = []
    for (let from = 0; from < inputs.rowCount; from += MAX_BATCH_ROWS) {
      const until = Math.min(from + MAX_BATCH_ROWS, inputs.rowCount)
      pieces.push(await this.#session.predictInputs(sliceColumns(columns, from, until), until - from))
      await nextTurn()
    }
    return joinPredictions(pieces, inputs.rowCount)
  }
}

const sliceColumns = (columns: InputColumns, from: number, until: number): InputColumns =>
  columns.map((values) => values.slice(from, until))

function joinPredictions(pieces: readonly Predictions[], rowCount: number): Predictions {
  const classes = pieces.flatMap((piece) => (piece.classes ? [...piece.classes] : []))
  const probabilities = pieces.flatMap((piece) => piece.probabilities ?? [])
  return {
    rowCount,
    scores: joinFloats(pieces.map((piece) => piece.scores)),
    ...(probabilities.length > 0 && { probabilities: joinFloats(probabilities) }),
    ...(classes.length > 0 && { classes: Int32Array.from(classes) }),
  }
}

function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    joined.set(part, place)
    place += part.length
  }
  return joined
}

function assertFinite({ scores }: Predictions): void {
  for (let row = 0; row < scores.length; row++) {
    if (Number.isFinite(scores[row])) continue
    throw new RegiaError('MODEL_INVALID', `The model answered ${scores[row]}, which is no score.`, {
      where: `row ${row}`,
      hint: 'Look for input values far outside what it was trained on, or roll back to the previous version.',
    })
  }
}
