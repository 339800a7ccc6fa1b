import type { Clock } from '@regia/core'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import { readDeadline } from './deadline.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'
import type { PredictProtocol } from './fast-lane.ts'
import { predictCall } from './predict-call.ts'
import { wantedVersion } from './wanted-version.ts'

/**
 * The long way to a prediction, for requests that came through the framework: same protocol, same gateway.
 *
 * @returns The reply.
 * @throws what the protocol's `parse` and the model throw; it is counted as the endpoint's error.
 */
export async function predictWire(
  endpoint: EndpointGateway,
  { parse }: Pick<PredictProtocol, 'parse'>,
  request: WireRequest,
  clock: Clock,
  isGone?: () => boolean,
): Promise<WireReply> {
  const { headers } = request
  const read = (): ReturnType<typeof parse> => {
    const { version = wantedVersion(headers), ...call } = parse(request, endpoint, clock)
    return { ...call, version }
  }
  const options = { deadlineAt: readDeadline(headers, performance.now()), ...(isGone && { isGone }) }
  return predictCall(endpoint, read, clock, options)
}
