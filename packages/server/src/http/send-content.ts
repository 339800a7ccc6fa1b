import { Readable } from 'node:stream'
import { RegiaError } from '@regia/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ByteRange, parseRange } from './byte-range.ts'
import type { ErrorReply } from './error-reply.ts'

/** Bytes with everything that is said about them; of the headers the `etag` is looked at. */
export type SentContent = {
  readonly headers: Readonly<Record<string, string>>
  readonly sizeBytes: number
  /** The bytes, or a part of them. */
  readonly open: (range?: ByteRange) => Buffer | AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>
}

type Asked = Pick<FastifyRequest, 'headers' | 'id' | 'method'>

/** Sends bytes, or the part that was asked for, or that the client has them already. */
export async function sendContent(content: SentContent, asked: Asked, reply: FastifyReply): Promise<FastifyReply> {
  const { headers, sizeBytes } = content
  reply.headers(headers)
  if (isKnown(asked.headers['if-none-match'], headers.etag)) return reply.code(304).send()
  // A range of other content than the client has seen would give it a mixture.
  const isSame = asked.headers['if-range'] === undefined || asked.headers['if-range'] === headers.etag
  const range = parseRange(isSame ? asked.headers.range : undefined, sizeBytes)
  if (range === 'unsatisfiable') return refuseRange(sizeBytes, asked.id, reply)
  if (range === 'whole') return reply.header('content-length', sizeBytes).send(await bodyOf(content, asked))
  return reply
    .code(206)
    .header('content-range', `bytes ${range.first}-${range.last}/${sizeBytes}`)
    .header('content-length', range.last - range.first + 1)
    .send(await bodyOf(content, asked, range))
}

/** Nobody reads the body of a HEAD, so nothing is opened for it. */
async function bodyOf({ open }: SentContent, { method }: Asked, range?: ByteRange): Promise<Buffer | Readable> {
  if (method === 'HEAD') return Readable.from([])
  const body = await open(range)
  return Buffer.isBuffer(body) || body instanceof Readable ? body : Readable.from(body)
}

function refuseRange(sizeBytes: number, requestId: string, reply: FastifyReply): FastifyReply {
  const error = new RegiaError('INVALID_INPUT', `The artifact has ${sizeBytes} bytes; the range begins behind them.`, {
    where: 'header range',
    hint: 'Ask for a part inside of it, or leave the header out.',
  })
  const body: ErrorReply = { error: error.toBody(), requestId }
  reply.removeHeader('content-disposition').removeHeader('etag')
  return reply
    .code(416)
    .header('content-range', `bytes */${sizeBytes}`)
    .type('application/json')
    .serializer(JSON.stringify)
    .send(body)
}

const isKnown = (header: string | undefined, etag: string | undefined): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag))
