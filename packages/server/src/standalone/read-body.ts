import type { IncomingMessage } from 'node:http'
import { RegiaError } from '@regia/core'
import { unpackBody } from '../http/packed-body.ts'

/** A request's body, whole and unpacked. @throws RegiaError `PAYLOAD_TOO_LARGE`, `INVALID_INPUT` for a coding that is not known or broken. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const body = await collect(request, maxBytes)
  const coding = request.headers['content-encoding']
  return coding === undefined ? body : unpackBody(body, coding, maxBytes)
}

/** A client that goes away in the middle leaves this waiting; nobody is there to be answered. */
function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else reject(tooLarge(maxBytes))
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

const tooLarge = (maxBytes: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes} bytes.`, {
    where: 'body',
    hint: 'Send less at once: fewer rows a request.',
  })
