import { channelMoveSchema, channelSchema, nameSchema, pipelineVersionSchema, versionDiffSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../../http/paging.ts'
import type { ChannelService } from './channel-service.ts'

const version = z.number().int().positive()
const nameParams = z.object({ name: nameSchema })
const channelParams = nameParams.extend({ channel: nameSchema })
const reason = z.string().max(2_000).optional()

/** @param operator - Who moves channels through the API, for the history. */
export function addChannelRoutes(app: App, channels: ChannelService, operator: string): void {
  const tags = ['pipelines']
  app.get(
    '/api/v1/pipelines/:name/versions/:version',
    {
      schema: {
        tags,
        summary: 'One version of a pipeline, whole',
        params: nameParams.extend({ version: z.coerce.number().pipe(version) }),
        response: { 200: pipelineVersionSchema },
      },
    },
    async ({ params }) => channels.version(params.name, params.version),
  )
  app.get(
    '/api/v1/pipelines/:name/diff',
    {
      schema: {
        tags,
        summary: 'What is different between two versions',
        params: nameParams,
        querystring: z.object({ before: z.coerce.number().pipe(version), after: z.coerce.number().pipe(version) }),
        response: { 200: versionDiffSchema },
      },
    },
    async ({ params, query }) => channels.diff(params.name, query.before, query.after),
  )
  app.get(
    '/api/v1/pipelines/:name/channels',
    {
      schema: {
        tags,
        summary: 'Where the channels of a pipeline point',
        params: nameParams,
        response: { 200: z.object({ channels: listReplySchema(channelSchema) }) },
      },
    },
    async ({ params }) => ({ channels: await channels.list(params.name) }),
  )
  app.put(
    '/api/v1/pipelines/:name/channels/:channel',
    {
      schema: {
        tags,
        summary: 'Point a channel to a version; it is made where it is new',
        params: channelParams,
        body: z.strictObject({ version, reason }),
        response: { 200: channelSchema },
      },
    },
    async ({ params, body }) =>
      channels.move(
        { pipeline: params.name, channel: params.channel, by: operator, reason: body.reason },
        body.version,
      ),
  )
  app.post(
    '/api/v1/pipelines/:name/channels/:channel/rollback',
    {
      schema: {
        tags,
        summary: 'Point a channel back to the version that it pointed to before',
        params: channelParams,
        body: z.strictObject({ reason }).prefault({}),
        response: { 200: channelSchema },
      },
    },
    async ({ params, body }) =>
      channels.rollback({ pipeline: params.name, channel: params.channel, by: operator, reason: body.reason }),
  )
  app.get(
    '/api/v1/pipelines/:name/channel-moves',
    {
      schema: {
        tags,
        summary: 'How channels moved, newest first',
        params: nameParams,
        querystring: pageQuerySchema.extend({ channel: nameSchema.optional() }),
        response: { 200: pageReplySchema(channelMoveSchema) },
      },
    },
    async ({ params, query }) =>
      channels.history(params.name, { channel: query.channel, limit: query.limit, offset: offsetOf(query) }),
  )
}
