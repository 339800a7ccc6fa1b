import type { Clock } from '@regia/core'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'
import type { PredictProtocol } from './fast-lane.ts'

/**
 * The long way to a prediction, for requests that came through the framework: same protocol, same gateway.
 *
 * @returns The reply.
 * @throws what the protocol's `parse` and the model throw; it is counted as the endpoint's error.
 */
export function predictWire(
  endpoint: EndpointGateway,
  protocol: Pick<PredictProtocol, 'parse'>,
  request: WireRequest,
  clock: Clock,
): Promise<WireReply> {
  const receivedAt = performance.now()
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      endpoint.countError(receivedAt)
      reject(error)
    }
    try {
      const { rows, at, reply } = protocol.parse(request, endpoint, clock)
      endpoint.predict({ rows, at, receivedAt, done: (answer) => resolve(reply(answer)), fail })
    } catch (error) {
      fail(error)
    }
  })
}
