import {
  createModelVersionSchema,
  modelComparisonSchema,
  modelNameSchema,
  modelVersionSchema,
  updateModelVersionSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageReplySchema } from '../http/paging.ts'
import { deletedQuerySchema } from './deleted-query.ts'
import type { ModelService } from './model-service.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })
/** A number or an alias. */
const versionText = z.string().min(1).max(255)
const versionParams = nameParams.extend({ version: versionText })
const response = { 200: modelVersionSchema }

export function addVersionRoutes(app: App, models: ModelService, operator: string): void {
  app.get(
    '/api/v1/models/:name/versions',
    {
      schema: {
        tags,
        summary: 'Versions of a model, newest first; with "deleted" those that can be restored',
        params: nameParams,
        querystring: deletedQuerySchema,
        response: { 200: pageReplySchema(modelVersionSchema) },
      },
    },
    async ({ params, query }) =>
      models.listVersions(params.name, { limit: query.limit, offset: offsetOf(query) }, query.deleted),
  )
  app.post(
    '/api/v1/models/:name/versions',
    {
      schema: {
        tags,
        summary: 'A version of files that are kept elsewhere; an ONNX model among them is packaged in the background',
        params: nameParams,
        body: createModelVersionSchema,
        response,
      },
    },
    async ({ params, body }) => {
      const { source, path, ...rest } = body
      const address = source ?? `runs:/${body.runId}/${path}`
      return models.createVersion({ ...given(rest), model: params.name, source: address, by: operator })
    },
  )
  app.get(
    '/api/v1/models/:name/compare',
    {
      schema: {
        tags,
        summary: 'Two versions side by side',
        params: nameParams,
        querystring: z.object({ before: versionText, after: versionText }),
        response: { 200: modelComparisonSchema },
      },
    },
    async ({ params, query }) => models.compare(params.name, query.before, query.after),
  )
  addOneVersionRoutes(app, models, operator)
}

function addOneVersionRoutes(app: App, models: ModelService, operator: string): void {
  app.get(
    '/api/v1/models/:name/versions/:version',
    { schema: { tags, summary: 'A version, by its number or an alias', params: versionParams, response } },
    async ({ params }) => models.getVersion(params.name, params.version),
  )
  app.post(
    '/api/v1/models/:name/versions/:version',
    {
      schema: {
        tags,
        summary: 'Another description, tags or stage; null takes a tag away',
        params: versionParams,
        body: updateModelVersionSchema,
        response,
      },
    },
    async ({ params, body }) => models.changeVersion(params.name, params.version, body),
  )
  app.post(
    '/api/v1/models/:name/versions/:version/package',
    {
      schema: {
        tags,
        summary: 'Try again to package a version that was refused; it is done in the background',
        params: versionParams,
        response,
      },
    },
    async ({ params }) => models.packageAgain(params.name, params.version),
  )
  app.post(
    '/api/v1/models/:name/versions/:version/delete',
    {
      schema: {
        tags,
        summary: 'Delete a version, which takes its aliases away; it can be restored until it is purged',
        params: versionParams,
        response: { 204: z.undefined() },
      },
    },
    async ({ params }, reply) => {
      const { version } = await models.getVersion(params.name, params.version)
      await models.deleteVersion(params.name, version, operator)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/models/:name/versions/:version/restore',
    {
      schema: {
        tags,
        summary: 'Bring a deleted version back, without the aliases that it had',
        params: nameParams.extend({ version: z.coerce.number().int().positive() }),
        response,
      },
    },
    async ({ params }) => models.restoreVersion(params.name, params.version),
  )
}

/** Without what was not said. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  // The one cast: what is left has no undefined values.
  return Object.fromEntries(entries) as { [Key in keyof Fields]: Exclude<Fields[Key], undefined> }
}
