import type { Clock, ServedEndpointSpec } from '@regia/core'
import type { EndpointLog } from '../prediction-log/index.ts'
import { entriesOf, recordsOf } from './batch-records.ts'
import type { Deployment } from './deployment.ts'
import type { EndpointVersions } from './endpoint-versions.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import type { RemoteWriter } from './other-processes.ts'
import type { TrafficRing } from './traffic-ring.ts'

export type AnsweredBatchesOptions = {
  /** The endpoint as it is meant now. */
  readonly specOf: () => ServedEndpointSpec
  readonly log: () => EndpointLog
  /** Writes and counts in place of the log. */
  readonly writer: RemoteWriter | undefined
  readonly clock: Clock
  readonly traffic: TrafficRing
  readonly versions: EndpointVersions
}

/** What becomes of a batch that a version has answered: log, then reply, then whatever may wait. */
export class AnsweredBatches {
  readonly #options: AnsweredBatchesOptions

  constructor(options: AnsweredBatchesOptions) {
    this.#options = options
  }

  take(deployment: Deployment, batch: AnsweredBatch): void {
    const { specOf, log, writer, clock, versions } = this.#options
    const loggedAt = clock()
    const { calls, predictions } = batch
    const records = recordsOf(deployment, calls, predictions, loggedAt, specOf().abstainBelow)
    if (writer) {
      const asked = { records, counts: calls.map(({ rows }) => rows.length), release: versions.recorder?.id }
      writer.append(asked).then(
        (ids) => this.#reply(deployment, batch, ids, loggedAt),
        (error: unknown) => failAll(batch, error),
      )
      return
    }
    let ids: readonly string[]
    try {
      ids = log().append(entriesOf(records, calls))
    } catch (error) {
      failAll(batch, error)
      return
    }
    this.#reply(deployment, batch, ids, loggedAt)
    if (deployment === versions.stable && calls[0]?.servedBy === undefined) versions.shadow?.offer(records, ids)
  }

  #reply(
    deployment: Deployment,
    { calls, predictions }: AnsweredBatch,
    ids: readonly string[],
    loggedAt: number,
  ): void {
    const { traffic, versions } = this.#options
    deployment.statistics.lastInferenceAt = loggedAt
    let from = 0
    for (const call of calls) {
      const count = call.rows.length
      call.done({ served: deployment, predictions, from, count, ids })
      if (call.servedBy === undefined) {
        const latencyMs = performance.now() - call.receivedAt
        traffic.count(loggedAt, deployment.version, { predictions: count, isError: false, latencyMs })
        if (!call.isOutOfRelease)
          versions.recorder?.answered(deployment.version, latencyMs, predictions.scores, from, count)
      }
      from += count
    }
  }
}

function failAll({ calls }: AnsweredBatch, error: unknown): void {
  for (const call of calls) call.fail(error)
}
