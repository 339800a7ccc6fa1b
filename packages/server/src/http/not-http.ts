import type { Socket } from 'node:net'
import { type ErrorBody, RegiaError } from '@regia/core'

/** Answers what is no HTTP request, or one with too many headers, and ends the connection. There is no request yet, hence no id of one. */
export function replyToNoise(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { status, body } = answerTo(error.code)
  const text = JSON.stringify({ error: body })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`
  socket.end(head + text)
}

function answerTo(code: string | undefined): { readonly status: string; readonly body: ErrorBody } {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const error = new RegiaError('PAYLOAD_TOO_LARGE', 'The headers of the request are too large.')
    return { status: '431 Request Header Fields Too Large', body: error.toBody() }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: '408 Request Timeout',
      body: new RegiaError('TIMEOUT', 'The request took too long to arrive.').toBody(),
    }
  }
  return { status: '400 Bad Request', body: new RegiaError('INVALID_INPUT', 'This is not an HTTP request.').toBody() }
}
