import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'

/**
 * What the library says of a message beyond the limit, with what to do: it refuses before any method sees the message.
 *
 * @param maxBytes - Of a message, unpacked.
 */
export const adviseTooLarge =
  (maxBytes: number): ServerInterceptor =>
  (_, call) => {
    const send = call.sendStatus.bind(call)
    call.sendStatus = (sent) => {
      const isTooLarge = sent.code === status.RESOURCE_EXHAUSTED && /larger than/.test(sent.details ?? '')
      send(isTooLarge ? { ...sent, details: `${sent.details}. ${adviceOf(maxBytes)}` } : sent)
    }
    return new ServerInterceptingCall(call)
  }

const adviceOf = (maxBytes: number): string =>
  `A request takes ${maxBytes} bytes, unpacked (message). Send less at once: fewer rows a request.`
