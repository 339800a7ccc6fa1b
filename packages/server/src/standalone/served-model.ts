import { type Clock, RegiaError, type ServingLimits, servingLimitsSchema } from '@regia/core'
import type { ModelSession } from '@regia/engine'
import type { PredictCall } from '../serving/gateway/answer.ts'
import { type Deployment, deploy } from '../serving/gateway/deployment.ts'
import type { AnsweredBatch } from '../serving/gateway/micro-batcher.ts'
import type { RegisteredVersion } from '../serving/gateway/model-directory.ts'
import { TrafficRing } from '../serving/gateway/traffic-ring.ts'
import type { PredictionSink } from './prediction-sink.ts'

type ServedModelOptions = {
  readonly registered: RegisteredVersion
  readonly session: ModelSession
  readonly sink: PredictionSink
  readonly limits: Pick<ServingLimits, 'lane' | 'maxQueueRows' | 'deadlineMs'>
  readonly clock: Clock
}

/** The one model of the server, tested and warm: answers, keeps what it answered, counts. */
export class ServedModel {
  readonly traffic = new TrafficRing()
  readonly #options: ServedModelOptions
  #deployment!: Deployment

  private constructor(options: ServedModelOptions) {
    this.#options = options
  }

  /** @throws RegiaError `MODEL_SELF_TEST_FAILED` when it does not answer as it did when it was packaged. */
  static async open(options: ServedModelOptions): Promise<ServedModel> {
    const model = new ServedModel(options)
    const { lane, maxQueueRows, deadlineMs } = options.limits
    const limits = servingLimitsSchema.parse({ lane, maxQueueRows, deadlineMs })
    const finish = (from: Deployment, batch: AnsweredBatch) => model.#finish(from, batch)
    model.#deployment = await deploy(options.registered, options.session, { onAnswered: finish, limits })
    return model
  }

  get deployment(): Deployment {
    return this.#deployment
  }

  /** Every fault goes to `call.fail`. */
  predict(call: PredictCall): void {
    try {
      this.#deployment.predict(call)
    } catch (error) {
      // The only recursion over a request is the description of what is wrong with it.
      call.fail(error instanceof RangeError ? nestedTooDeep(error) : error)
    }
  }

  countError(receivedAt: number): void {
    const latencyMs = performance.now() - receivedAt
    this.traffic.count(this.#options.clock(), this.#deployment.version, { predictions: 0, isError: true, latencyMs })
  }

  /** After the requests that are under way. */
  async close(): Promise<void> {
    await this.#deployment.close()
    await this.#options.sink.close()
  }

  #finish(deployment: Deployment, batch: AnsweredBatch): void {
    const { sink, clock } = this.#options
    const { calls, predictions } = batch
    const loggedAt = clock()
    let ids: readonly string[]
    try {
      ids = sink.append(deployment, batch, loggedAt)
    } catch (error) {
      for (const call of calls) call.fail(error)
      return
    }
    let from = 0
    for (const call of calls) {
      const count = call.rows.length
      call.done({ served: deployment, predictions, from, count, ids })
      const latencyMs = performance.now() - call.receivedAt
      this.traffic.count(loggedAt, deployment.version, { predictions: count, isError: false, latencyMs })
      from += count
    }
  }
}

const nestedTooDeep = (cause: RangeError): RegiaError =>
  new RegiaError('INVALID_INPUT', 'A value of the request is nested too deeply to be read.', {
    cause,
    where: 'body.rows',
    hint: 'A cell is a number, a text, true, false or null.',
  })
