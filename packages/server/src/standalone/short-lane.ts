import type { IncomingHttpHeaders } from 'node:http'
import type { AnswerBody, Lane } from '../http/short-requests.ts'
import { packReply, type WireReply } from '../http/wire-message.ts'
import { assertToken } from './access.ts'
import { askModel } from './ask-model.ts'
import type { ErrorReply, ToError } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { ServedProtocol } from './predict-routes.ts'

type LaneOptions = Pick<ExchangeOptions, 'state' | 'token' | 'limits' | 'clock'> & {
  readonly routes: ReadonlyMap<string, ServedProtocol>
  readonly fault: ToError
}

/** A short way for predictions past Node's HTTP parser. What is not plainly allowed takes the long one, which says why. */
export function createShortLane(options: LaneOptions): Lane {
  const { state, token, limits, routes } = options
  return ({ url, headers }) => {
    const protocol = routes.get(url ?? '')
    const isOpen = state.phase === 'ready' && state.underWay < limits.maxUnderWay
    if (!protocol?.isPlain(headers) || !isOpen || !isAllowed(headers, token)) return undefined
    return answerWith(options, protocol, headers)
  }
}

const answerWith =
  (options: LaneOptions, protocol: ServedProtocol, headers: IncomingHttpHeaders): AnswerBody =>
  (body, send, isGone) => {
    const { state } = options
    const finish = (status: number, message: WireReply): void => {
      state.underWay--
      send(status, message)
    }
    const accepted = protocol.packsReplies ? headers['accept-encoding'] : undefined
    const reply = (message: WireReply): void => {
      if (accepted === undefined) finish(200, message)
      else void packReply(message, accepted).then((packed) => finish(200, packed))
    }
    const refuse = ({ status, message }: ErrorReply): void => finish(status, message)
    state.underWay++
    askModel(options, protocol, state.served!, { headers, body, receivedAt: performance.now(), isGone, reply, refuse })
  }

function isAllowed(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  try {
    assertToken(headers, token)
    return true
  } catch {
    return false
  }
}
