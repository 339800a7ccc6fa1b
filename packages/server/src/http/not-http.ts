import { maxHeaderSize } from 'node:http'
import type { Socket } from 'node:net'
import { RegiaError } from '@regia/core'

/** So long a client has to read the answer, which a closed connection would take from it. */
const LINGER_MS = 1_000

/** Answers what is no HTTP request, comes too slowly, or has too many headers, and ends the connection. There is no request yet, hence no id of one. */
export function replyToNoise(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { status, refusal } = answerTo(error.code)
  const text = JSON.stringify({ error: refusal.toBody() })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`
  socket.end(head + text)
  // Whoever keeps its half open would hold the connection for good: it is in none of Node's lists any more.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function answerTo(code: string | undefined): { readonly status: string; readonly refusal: RegiaError } {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const refusal = new RegiaError(
      'PAYLOAD_TOO_LARGE',
      `The headers of the request are larger than ${maxHeaderSize} bytes.`,
      {
        where: 'headers',
        hint: 'Send fewer or shorter headers; values belong into the body.',
      },
    )
    return { status: '431 Request Header Fields Too Large', refusal }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const refusal = new RegiaError('TIMEOUT', 'The request took too long to arrive.', {
      where: 'request',
      hint: 'Send it again, without pauses between its parts; large tables in several requests.',
    })
    return { status: '408 Request Timeout', refusal }
  }
  const refusal = new RegiaError('INVALID_INPUT', 'This is not an HTTP request.', {
    where: 'request',
    hint: 'Speak HTTP/1.1 here, without TLS; gRPC has a port of its own (--grpc-port).',
  })
  return { status: '400 Bad Request', refusal }
}
