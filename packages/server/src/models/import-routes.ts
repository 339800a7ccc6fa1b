import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { importModelSchema, modelNameSchema, modelVersionSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { ArchiveWriter } from './importing/archive-writer.ts'
import type { ModelImporter } from './importing/model-importer.ts'

const tags = ['models']

export type ImportRouteDeps = {
  readonly importer: ModelImporter
  readonly archives: ArchiveWriter
  /** Who imports where nobody else is named. */
  readonly operator: string
}

/** How versions come in and leave. */
export function addImportRoutes(app: App, { importer, archives, operator }: ImportRouteDeps): void {
  app.post(
    '/api/v1/models/:name/import',
    {
      schema: {
        tags,
        summary: 'A version of an ONNX file, a folder of MLflow or a package, whose files were sent as blobs',
        params: z.object({ name: modelNameSchema }),
        body: importModelSchema,
        response: { 200: modelVersionSchema },
      },
    },
    async ({ params, body }) => importer.import(params.name, body, operator),
  )
  app.get(
    '/api/v1/models/:name/versions/:version/archive',
    {
      schema: {
        tags,
        summary: 'A version as one zip: package, signature, example, checks, lineage, licences, card, MLmodel',
        params: z.object({ name: modelNameSchema, version: z.string().min(1).max(255) }),
      },
    },
    async ({ params }, reply) => {
      const { path, name, release } = await archives.write(params.name, params.version)
      const content = createReadStream(path)
      content.once('close', () => void release())
      return reply
        .type('application/zip')
        .header('content-length', (await stat(path)).size)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(content)
    },
  )
}
