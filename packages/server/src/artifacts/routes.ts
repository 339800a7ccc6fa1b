import { type Digest, digestSchema, idSchema, nameSchema, type Page, type Row, rowSchema } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { z } from 'zod'
import type { Connection } from '../database/database.ts'
import type { App } from '../http/app.ts'
import { contentHeaders } from '../http/content-headers.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import { sendContent } from '../http/send-content.ts'
import { findContent } from './content.ts'
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
      const content = await findContent(deps, { runId: id, ...name, ...request.query })
      return sendContent({ ...content, headers: contentHeaders(content) }, request, reply)
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
