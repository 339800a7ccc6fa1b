import { RegiaError, type ServingLimits, servingLimitsSchema } from '@regia/core'
import type { InputBatch, Predictions } from '@regia/engine'
import type { PredictCall } from './answer.ts'
import { ExecutionStatistics } from './execution-statistics.ts'
import { Admission, clientGone, tooLate } from './lanes/admission.ts'
import type { Lane } from './lanes/lane.ts'
import { loopDelay } from './lanes/loop-delay.ts'

/** A batch that the model answered: its requests in the order of its rows. */
export type AnsweredBatch = { readonly calls: readonly PredictCall[]; readonly predictions: Predictions }

const DEFAULT_LIMITS = servingLimitsSchema.parse({})

/** What a batcher asks. */
export type BatchedModel = {
  readonly createBatch: () => InputBatch
  /** How it computes; `undefined` until it is loaded. */
  readonly lane: () => Lane | undefined
  /** Loads it. */
  readonly load: () => Promise<unknown>
}

type Batch = { readonly inputs: InputBatch; calls: PredictCall[]; inputMs: number }
type FillingBatch = Batch & { isDue: boolean }

/**
 * Zero-wait micro-batching: whatever arrived in this turn of the event loop is one call of the graph; what arrives while it runs is the next.
 * With one request at a time nothing waits.
 */
export class MicroBatcher {
  readonly admission: Admission
  readonly statistics = new ExecutionStatistics()
  readonly #model: BatchedModel
  readonly #onAnswered: (batch: AnsweredBatch) => void
  /** Batches whose memory can be used again. */
  readonly #spare: InputBatch[] = []
  readonly #ready: Batch[] = []
  readonly #limits: () => ServingLimits
  #filling: FillingBatch | undefined
  #running = 0
  #loading: Promise<void> | undefined
  #sweep: NodeJS.Timeout | undefined
  readonly #onIdle: (() => void)[] = []

  /** @param onAnswered - Must answer every call, and not throw. */
  constructor(
    model: BatchedModel,
    onAnswered: (batch: AnsweredBatch) => void,
    limits: () => ServingLimits = () => DEFAULT_LIMITS,
  ) {
    this.#model = model
    this.#onAnswered = onAnswered
    this.#limits = limits
    this.admission = new Admission({ limits, loopDelay })
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#ready.length === 0 && this.#filling === undefined
  }

  /**
   * Joins the batch of this turn. A bad request joins none.
   *
   * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`; `QUEUE_FULL`, `OVERLOADED`, `DEADLINE_EXCEEDED`.
   */
  add(call: PredictCall): void {
    this.admission.assertRoom(call)
    const count = call.rows.length
    const room = this.#model.lane()?.batchRows ?? this.#limits().maxBatchRows
    if (count > room) {
      this.#ready.push(this.#alone(call))
      this.admission.entered(count)
      this.#pump()
    } else {
      const filling = this.#filling
      if (filling && filling.inputs.rowCount + count > room) this.#close(filling)
      const batch = this.#fill()
      append(batch, call)
      batch.calls.push(call)
      this.admission.entered(count)
    }
  }

  /** Resolves once every request that has joined is answered. */
  drained(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve))
  }

  #alone(call: PredictCall): Batch {
    const batch: Batch = { inputs: this.#model.createBatch(), calls: [call], inputMs: 0 }
    append(batch, call)
    return batch
  }

  #fill(): FillingBatch {
    if (this.#filling) return this.#filling
    const inputs = this.#spare.pop() ?? this.#model.createBatch()
    const batch: FillingBatch = { inputs, calls: [], inputMs: 0, isDue: false }
    this.#filling = batch
    setImmediate(() => {
      batch.isDue = true
      this.#pump()
    })
    return batch
  }

  /** It takes no more, and waits for its turn. */
  #close(batch: FillingBatch): void {
    this.#filling = undefined
    if (batch.calls.length > 0) this.#ready.push(batch)
    else this.#recycle(batch.inputs)
    this.#pump()
  }

  /** Starts what may run now. While a batch waits for that it still fills. */
  #pump(): void {
    const lane = this.#model.lane()
    if (!lane) {
      if (this.isIdle) this.#tellIdle()
      else this.#load()
      return
    }
    while (this.#running < lane.atOnce) {
      const due = this.#filling?.isDue ? this.#filling : undefined
      const batch = this.#ready.shift() ?? due
      if (!batch) break
      if (batch === due) this.#filling = undefined
      this.#start(lane, batch)
    }
    if (this.#ready.length > 0 || this.#filling?.isDue) this.#sweepLater()
    else this.#tellIdle()
  }

  #load(): void {
    this.#sweepLater()
    this.#loading ??= this.#model
      .load()
      .then(
        () => undefined,
        (error: unknown) => this.#failAll(error),
      )
      .finally(() => {
        this.#loading = undefined
        this.#pump()
      })
  }

  #start(lane: Lane, batch: Batch): void {
    this.#dropLate(batch)
    if (batch.calls.length > 0) void this.#run(lane, batch)
    else this.#recycle(batch.inputs)
  }

  async #run(lane: Lane, batch: Batch): Promise<void> {
    this.#running++
    await this.#answer(lane, batch)
    this.#running--
    this.#recycle(batch.inputs)
    this.#pump()
  }

  async #answer(lane: Lane, { inputs, calls, inputMs }: Batch): Promise<void> {
    const startedAt = performance.now()
    try {
      const predictions = await lane.run(inputs)
      const inferredAt = performance.now()
      this.admission.ran(inputs.rowCount, inferredAt - startedAt)
      assertFinite(predictions)
      this.#onAnswered({ calls, predictions })
      const finishedAt = performance.now()
      this.statistics.countBatch({ calls, rowCount: inputs.rowCount, inputMs, startedAt, inferredAt, finishedAt })
      for (const { rows } of calls) this.admission.left(rows.length)
    } catch (error) {
      await this.#recover(lane, calls, error)
    }
  }

  /** One bad request must not fail the others that happened to arrive with it. */
  async #recover(lane: Lane, calls: readonly PredictCall[], error: unknown): Promise<void> {
    if (calls.length === 1) {
      this.#fail(calls[0]!, error)
      return
    }
    for (const call of calls) {
      const alone = this.#alone(call)
      this.#dropLate(alone)
      if (alone.calls.length > 0) await this.#answer(lane, alone)
    }
  }

  /** What is past its deadline, or has nobody waiting for it, is not computed; the others keep their place. */
  #dropLate(batch: Batch): void {
    const now = performance.now()
    const { rowCount } = batch.inputs
    if (!batch.calls.some((call) => this.#faultOf(call, now, rowCount))) return
    const { calls } = batch
    const faults = calls.map((call) => this.#faultOf(call, now, rowCount))
    batch.calls = calls.filter((_, i) => faults[i] === undefined)
    batch.inputs.clear()
    for (const { rows } of batch.calls) batch.inputs.append(rows)
    for (const [i, fault] of faults.entries()) if (fault) this.#fail(calls[i]!, fault)
  }

  #faultOf(call: PredictCall, now: number, rowCount: number): RegiaError | undefined {
    if (call.isGone?.()) return clientGone()
    return this.admission.isTooLate(call, now, rowCount) ? tooLate() : undefined
  }

  #fail(call: PredictCall, error: unknown): void {
    this.admission.left(call.rows.length)
    call.fail(error)
  }

  #failAll(error: unknown): void {
    const batches = [...this.#ready.splice(0), ...(this.#filling ? [this.#filling] : [])]
    this.#filling = undefined
    for (const { calls } of batches) for (const call of calls) this.#fail(call, error)
  }

  /** Those who wait are told at their deadline, not when their turn would have come. */
  #sweepLater(): void {
    if (this.#sweep) return
    this.#sweep = setTimeout(() => this.#sweepNow(), SWEEP_MS)
  }

  #sweepNow(): void {
    this.#sweep = undefined
    for (const batch of this.#ready) this.#dropLate(batch)
    if (this.#filling) this.#dropLate(this.#filling)
    if (this.#ready.length > 0 || this.#filling) this.#sweepLater()
  }

  #recycle(inputs: InputBatch): void {
    inputs.clear()
    if (this.#spare.length < 2) this.#spare.push(inputs)
  }

  #tellIdle(): void {
    if (this.isIdle) for (const resolve of this.#onIdle.splice(0)) resolve()
  }
}

const SWEEP_MS = 50

/** @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`; the batch is then as it was. */
function append(batch: Batch, { rows, at }: PredictCall): void {
  const before = performance.now()
  batch.inputs.append(rows, at)
  batch.inputMs += performance.now() - before
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
