import type { PredictCall } from './answer.ts'

/** How often something happened, and the nanoseconds that it took in all. */
export type Duration = { count: number; ns: number }

type Computing = { readonly input: Duration; readonly infer: Duration; readonly output: Duration }

/** A batch that was answered; times as `performance.now()` tells them. */
export type MeasuredBatch = {
  readonly calls: readonly PredictCall[]
  readonly rowCount: number
  /** Writing rows into the tensors of the batch. */
  readonly inputMs: number
  readonly startedAt: number
  readonly inferredAt: number
  /** When the log was written and every reply had left. */
  readonly finishedAt: number
}

const none = (): Duration => ({ count: 0, ns: 0 })
const computing = (): Computing => ({ input: none(), infer: none(), output: none() })

/** What a version has done since it was loaded: requests, their waiting, and what the calls of the graph took. */
export class ExecutionStatistics {
  /** Milliseconds since 1970; 0 before the first. */
  lastInferenceAt = 0
  /** Rows. */
  inferenceCount = 0
  /** Calls of the graph. */
  executionCount = 0
  readonly success = none()
  readonly fail = none()
  readonly queue = none()
  readonly compute = computing()
  readonly cacheHit = none()
  readonly cacheMiss = none()
  /** By number of rows. */
  readonly batches = new Map<number, Computing>()

  countBatch({ calls, rowCount, inputMs, startedAt, inferredAt, finishedAt }: MeasuredBatch): void {
    this.inferenceCount += rowCount
    this.executionCount++
    const [inferMs, outputMs] = [inferredAt - startedAt, finishedAt - inferredAt]
    for (const { receivedAt } of calls) {
      add(this.success, finishedAt - receivedAt)
      add(this.queue, Math.max(0, startedAt - receivedAt - inputMs))
      addAll(this.compute, inputMs, inferMs, outputMs)
    }
    const batch = this.batches.get(rowCount) ?? computing()
    this.batches.set(rowCount, batch)
    addAll(batch, inputMs, inferMs, outputMs)
  }

  countFailure(ms: number): void {
    add(this.fail, ms)
  }
}

function add(duration: Duration, ms: number): void {
  duration.count++
  duration.ns += Math.round(ms * 1e6)
}

function addAll({ input, infer, output }: Computing, inputMs: number, inferMs: number, outputMs: number): void {
  add(input, inputMs)
  add(infer, inferMs)
  add(output, outputMs)
}
