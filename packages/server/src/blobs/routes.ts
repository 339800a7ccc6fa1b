import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { digestSchema, RegiaError } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { z } from 'zod'
import type { App } from '../http/app.ts'

const digestParams = z.object({ digest: digestSchema })

export type BlobRouteOptions = { readonly tempDir: string; readonly maxBytes: number }

/** Content by its digest. Bodies are streamed through a file, so that their size is the disk's matter and not the memory's. */
export function addBlobRoutes(app: App, blobs: BlobStore, { tempDir, maxBytes }: BlobRouteOptions): void {
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
        bodyLimit: maxBytes,
        schema: {
          tags,
          summary: 'Keep some bytes',
          response: { 200: z.object({ digest: digestSchema, sizeBytes: z.number() }) },
        },
      },
      async ({ body }) => {
        if (!(body instanceof Readable)) {
          throw new RegiaError('INVALID_INPUT', 'A blob is sent as bytes.', {
            hint: 'Set "content-type: application/octet-stream".',
          })
        }
        return keep(body)
      },
    )
  })

  const keep = async (body: Readable) => {
    const path = join(tempDir, `blob-${randomUUID()}`)
    await mkdir(dirname(path), { recursive: true })
    try {
      await pipeline(body, limitTo(maxBytes), createWriteStream(path))
      return await blobs.putFile(path, { move: true })
    } finally {
      await rm(path, { force: true })
    }
  }
}

/** A stream bypasses the framework's own limit on bodies. */
function limitTo(maxBytes: number): Transform {
  let count = 0
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      count += chunk.length
      if (count <= maxBytes) return done(null, chunk)
      done(new RegiaError('PAYLOAD_TOO_LARGE', `A blob may have ${maxBytes} bytes; this one has more.`))
    },
  })
}
