import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { digestSchema, RegiaError } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { bodyBytes } from '../http/upload-scope.ts'

const digestParams = z.object({ digest: digestSchema })

export type BlobRouteOptions = { readonly maxBytes: number }

/** Content by its digest. Bodies go to the store as they come, so that their size is the disk's matter and not the memory's. */
export function addBlobRoutes(app: App, blobs: BlobStore, { maxBytes }: BlobRouteOptions): void {
  const tags = ['blobs']
  app.get(
    '/api/v1/blobs/:digest/exists',
    {
      schema: {
        tags,
        summary: 'Whether the store has a blob',
        params: digestParams,
        response: { 200: z.object({ exists: z.boolean() }) },
      },
    },
    async ({ params }) => ({ exists: await blobs.renew(params.digest) }),
  )
  app.get(
    '/api/v1/blobs/:digest',
    { schema: { tags, summary: 'The bytes of a blob', params: digestParams } },
    async ({ params }, reply) => {
      const path = await blobs.localPath(params.digest)
      return reply
        .type('application/octet-stream')
        .header('cache-control', 'private, max-age=31536000, immutable')
        .header('content-length', await blobs.sizeOf(params.digest))
        .send(createReadStream(path))
    },
  )
  app.register(async (scope) => {
    scope.addContentTypeParser('application/octet-stream', (_, payload, done) => done(null, payload))
    scope.post(
      '/api/v1/blobs',
      {
        schema: {
          tags,
          summary: 'Keep some bytes',
          response: { 200: z.object({ digest: digestSchema, sizeBytes: z.number() }) },
        },
      },
      async (request) => {
        if (!(request.body instanceof Readable)) {
          throw new RegiaError('INVALID_INPUT', 'A blob is sent as bytes.', {
            hint: 'Set "content-type: application/octet-stream".',
          })
        }
        return blobs.putStream(bodyBytes(request, maxBytes))
      },
    )
  })
}
