import { type ServingLimits, servingLimitsSchema } from '@regia/core'

export type ModelServerLimits = Pick<ServingLimits, 'lane' | 'maxQueueRows' | 'deadlineMs'> & {
  /** Of a request's body, packed and unpacked. */
  readonly maxBodyBytes: number
  /** Of one request. */
  readonly maxRows: number
  /** Requests that are answered at the same time; more are told to come again. */
  readonly maxUnderWay: number
  /** A request must have arrived whole by then. */
  readonly requestMs: number
  /** Longer than a load balancer keeps a connection open that nobody uses: the balancer shall close it, not this side. */
  readonly keepAliveMs: number
  /** How long it goes on answering after it said that it is not ready: balancers need a moment to notice. */
  readonly drainMs: number
}

const { lane, maxQueueRows, deadlineMs } = servingLimitsSchema.parse({})

export const DEFAULT_LIMITS: ModelServerLimits = {
  lane,
  // One request may have as many rows as the protocols take.
  maxQueueRows: Math.max(maxQueueRows, 20_000),
  deadlineMs,
  maxBodyBytes: 32_000_000,
  maxRows: 10_000,
  maxUnderWay: 2_000,
  requestMs: 60_000,
  keepAliveMs: 75_000,
  drainMs: 1_000,
}
