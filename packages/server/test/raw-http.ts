import { type IncomingHttpHeaders, request } from 'node:http'

export type RawReply = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
}

/** A request whose path goes out letter by letter as it is written: `fetch` would tidy it up first. */
export function rawHttp(
  origin: string,
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: string | Uint8Array; readonly headers?: Record<string, string> } = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const isChunked = 'transfer-encoding' in headers
    const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (reply) => {
      const pieces: Buffer[] = []
      reply.on('data', (piece: Buffer) => pieces.push(piece))
      reply.on('error', reject)
      reply.on('end', () => {
        const bytes = Buffer.concat(pieces)
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, bytes, text: bytes.toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
