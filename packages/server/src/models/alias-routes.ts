import {
  ALIAS_REQUEST_STATUSES,
  aliasMoveSchema,
  aliasRequestSchema,
  aliasSchema,
  decideRequestSchema,
  modelNameSchema,
  modelVersionSchema,
  requestAliasSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ModelService } from './model-service.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })
const aliasParams = nameParams.extend({ alias: z.string().min(1).max(255) })

export function addAliasRoutes(app: App, models: ModelService, operator: string): void {
  app.post(
    '/api/v1/models/:name/versions/:version/promote',
    {
      schema: {
        tags,
        summary: 'Move an alias to a version; endpoints that follow the alias change what they serve',
        params: nameParams.extend({ version: z.string().min(1).max(255) }),
        body: z.strictObject({ alias: aliasSchema, reason: z.string().max(2000).optional() }),
        response: { 200: modelVersionSchema },
      },
    },
    async ({ params, body }) =>
      models.promote({
        model: params.name,
        version: params.version,
        alias: body.alias,
        by: operator,
        reason: body.reason ?? 'Moved by hand.',
      }),
  )
  app.post(
    '/api/v1/models/:name/aliases/:alias/delete',
    {
      schema: { tags, summary: 'Take an alias away', params: aliasParams, response: { 204: z.undefined() } },
    },
    async ({ params }, reply) => {
      await models.deleteAlias(params.name, params.alias, operator)
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/models/:name/history',
    {
      schema: {
        tags,
        summary: 'How aliases moved, newest first',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(aliasMoveSchema) },
      },
    },
    async ({ params, query }) => models.listMoves(params.name, { limit: query.limit, offset: offsetOf(query) }),
  )
  addRequestRoutes(app, models, operator)
}

function addRequestRoutes(app: App, { approvals }: ModelService, operator: string): void {
  app.post(
    '/api/v1/models/:name/requests',
    {
      schema: {
        tags,
        summary: 'Ask for a move of a protected alias; the same wish again is the same request',
        params: nameParams,
        body: requestAliasSchema,
        response: { 200: aliasRequestSchema },
      },
    },
    async ({ params, body }) =>
      approvals.request({
        model: params.name,
        alias: body.alias,
        version: body.version,
        by: body.by ?? operator,
        reason: body.reason ?? '',
      }),
  )
  app.get(
    '/api/v1/registry/requests',
    {
      schema: {
        tags,
        summary: 'Requests to move protected aliases, what waits first',
        querystring: pageQuerySchema.extend({
          model: modelNameSchema.optional(),
          status: z.enum(ALIAS_REQUEST_STATUSES).optional(),
        }),
        response: { 200: pageReplySchema(aliasRequestSchema) },
      },
    },
    async ({ query }) => approvals.list(query, { limit: query.limit, offset: offsetOf(query) }),
  )
  const decisions = {
    approve: 'Approve a request, which moves the alias; who asked cannot approve',
    reject: 'Reject a request',
    withdraw: 'Withdraw a request',
  } as const
  for (const decision of ['approve', 'reject', 'withdraw'] as const) {
    app.post(
      `/api/v1/registry/requests/:id/${decision}`,
      {
        schema: {
          tags,
          summary: decisions[decision],
          params: z.object({ id: z.coerce.number().int().positive() }),
          body: decideRequestSchema.prefault({}),
          response: { 200: aliasRequestSchema },
        },
      },
      async ({ params, body }) => approvals[decision](params.id, { by: body.by ?? operator, comment: body.comment }),
    )
  }
}
