import type { Clock } from '@regia/core'
import type { Answer, PredictCall } from './answer.ts'
import { isClientGone } from './deadline.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'

/** A request that was read, and how its answer becomes a reply. */
export type ReadCall<Reply> = Pick<PredictCall, 'rows' | 'rowText' | 'at' | 'version'> & {
  /** Within which it wants to be begun. */
  readonly timeoutMs?: number
  readonly reply: (answer: Answer) => Reply
}

/**
 * Asks an endpoint by whatever protocol.
 *
 * @param read - Reads the request; what it throws counts as an error of the endpoint, as what the model throws does.
 * @param options - The deadline of the transport in the time of `performance.now()`, and whether nobody waits any more.
 */
export function predictCall<Reply>(
  endpoint: EndpointGateway,
  read: (endpoint: EndpointGateway, clock: Clock) => ReadCall<Reply>,
  clock: Clock,
  { deadlineAt, isGone }: Pick<PredictCall, 'deadlineAt' | 'isGone'> = {},
): Promise<Reply> {
  const receivedAt = performance.now()
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      if (!isClientGone(error)) endpoint.countError(receivedAt)
      reject(error)
    }
    try {
      const { rows, at, version, timeoutMs = Number.POSITIVE_INFINITY, reply } = read(endpoint, clock)
      const soonest = Math.min(deadlineAt ?? Number.POSITIVE_INFINITY, receivedAt + timeoutMs)
      endpoint.predict({
        rows,
        at,
        receivedAt,
        version,
        ...(Number.isFinite(soonest) && { deadlineAt: soonest }),
        ...(isGone && { isGone }),
        done: (answer) => {
          try {
            resolve(reply(answer))
          } catch (error) {
            reject(error)
          }
        },
        fail,
      })
    } catch (error) {
      fail(error)
    }
  })
}
