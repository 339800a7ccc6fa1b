import type { Clock } from '@regia/core'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import type { Answer } from './answer.ts'
import { isClientGone, readDeadline } from './deadline.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'
import type { PredictProtocol } from './fast-lane.ts'
import { wantedVersion } from './wanted-version.ts'

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
  isGone?: () => boolean,
): Promise<WireReply> {
  const receivedAt = performance.now()
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      if (!isClientGone(error)) endpoint.countError(receivedAt)
      reject(error)
    }
    try {
      const {
        rows,
        at,
        timeoutMs,
        version = wantedVersion(request.headers),
        reply,
      } = protocol.parse(request, endpoint, clock)
      const deadlineAt = readDeadline(request.headers, receivedAt, timeoutMs)
      const done = (answer: Answer): void => resolve(reply(answer))
      endpoint.predict({ rows, at, receivedAt, deadlineAt, version, ...(isGone && { isGone }), done, fail })
    } catch (error) {
      fail(error)
    }
  })
}
