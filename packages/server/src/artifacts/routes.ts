import { createReadStream } from 'node:fs'
import {
  type Digest,
  digestSchema,
  idSchema,
  nameSchema,
  type Page,
  RegiaError,
  type Row,
  rowSchema,
} from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Connection } from '../database/database.ts'
import type { App } from '../http/app.ts'
import type { ErrorReply } from '../http/error-reply.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import { type ByteRange, parseRange } from './byte-range.ts'
import { type Content, findContent, headersOf } from './content.ts'
import { assertKind, filesOf, findArtifact } from './find-artifact.ts'

export type ArtifactDeps = {
  readonly database: Connection
  readonly blobs: BlobStore
  /** Rows of a Parquet blob, for previews. */
  readonly readRows: (digest: Digest, limit: number, offset: number) => Promise<Page<Row>>
}

const outputParams = z.object({ id: idSchema('run'), step: nameSchema, output: z.string().min(1).max(200) })
const indexSchema = z.coerce.number().int().nonnegative().optional()
const BASE = '/api/v1/runs/:id/steps/:step/outputs/:output'

/** What steps made: bytes, files of folders, rows of tables. */
export function addArtifactRoutes(app: App, deps: ArtifactDeps): void {
  const tags = ['artifacts']
  app.get(
    `${BASE}/content`,
    {
      schema: {
        tags,
        summary: 'The bytes of an artifact, of a file of a folder (path) or of an element of a list (index)',
        params: outputParams,
        querystring: z.object({ path: z.string().min(1).max(1_000).optional(), index: indexSchema }),
      },
    },
    async (request, reply) => {
      const { id, ...name } = request.params
      return sendContent(await findContent(deps, { runId: id, ...name, ...request.query }), request, reply)
    },
  )
  app.get(
    `${BASE}/files`,
    {
      schema: {
        tags,
        summary: 'The files of a folder that a step made',
        params: outputParams,
        querystring: z.object({ index: indexSchema }),
        response: {
          200: z.object({
            files: listReplySchema(z.object({ path: z.string(), digest: digestSchema, sizeBytes: z.number().int() })),
          }),
        },
      },
    },
    async ({ params: { id, ...rest }, query }) => {
      const name = { runId: id, ...rest, ...query }
      return { files: await filesOf(deps.blobs, await findArtifact(deps, name), name) }
    },
  )
  app.get(
    `${BASE}/rows`,
    {
      schema: {
        tags,
        summary: 'Rows of a table that a step made',
        params: outputParams,
        querystring: pageQuerySchema.extend({ index: indexSchema }),
        response: { 200: pageReplySchema(rowSchema) },
      },
    },
    async ({ params: { id, ...rest }, query }) => {
      const name = { runId: id, ...rest, index: query.index }
      const { digest } = assertKind(await findArtifact(deps, name), 'table', name)
      return deps.readRows(digest, query.limit, offsetOf(query))
    },
  )
}

type Asked = Pick<FastifyRequest, 'headers' | 'id'>

function sendContent(content: Content, { headers, id }: Asked, reply: FastifyReply): FastifyReply {
  const described = headersOf(content)
  reply.headers(described)
  if (isKnown(headers['if-none-match'], described.etag)) return reply.code(304).send()
  // A range of other content than the client has seen would give it a mixture.
  const wanted = headers['if-range'] === undefined || headers['if-range'] === described.etag ? headers.range : undefined
  const range = parseRange(wanted, content.sizeBytes)
  if (range === 'unsatisfiable') {
    const body: ErrorReply = { error: behindTheEnd(content).toBody(), requestId: id }
    return reply.code(416).header('content-range', `bytes */${content.sizeBytes}`).type('application/json').send(body)
  }
  if (range === 'whole') return reply.header('content-length', content.sizeBytes).send(bodyOf(content))
  return reply
    .code(206)
    .header('content-range', `bytes ${range.first}-${range.last}/${content.sizeBytes}`)
    .header('content-length', range.last - range.first + 1)
    .send(bodyOf(content, range))
}

const behindTheEnd = ({ sizeBytes }: Content): RegiaError =>
  new RegiaError('INVALID_INPUT', `The artifact has ${sizeBytes} bytes; the range begins behind them.`, {
    where: 'header range',
    hint: 'Ask for a part inside of it, or leave the header out.',
  })

const isKnown = (header: string | undefined, etag: string | undefined): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag))

function bodyOf({ source }: Content, range?: ByteRange) {
  if ('bytes' in source) return Buffer.from(range ? source.bytes.subarray(range.first, range.last + 1) : source.bytes)
  return createReadStream(source.path, range && { start: range.first, end: range.last })
}
