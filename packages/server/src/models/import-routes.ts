import { importModelSchema, modelNameSchema, modelVersionSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { ModelImporter } from './importing/model-importer.ts'

/** @param operator - Who imports where nobody else is named. */
export function addImportRoutes(app: App, importer: ModelImporter, operator: string): void {
  app.post(
    '/api/v1/models/:name/import',
    {
      schema: {
        tags: ['models'],
        summary: 'A version of an ONNX file, a folder of MLflow or a package, whose files were sent as blobs',
        params: z.object({ name: modelNameSchema }),
        body: importModelSchema,
        response: { 200: modelVersionSchema },
      },
    },
    async ({ params, body }) => importer.import(params.name, body, operator),
  )
}
