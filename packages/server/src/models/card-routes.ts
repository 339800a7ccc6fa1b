import { cardEditSchema, modelCardSchema, modelNameSchema, writeCardSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { offsetOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ModelCards } from './cards.ts'

const tags = ['models']
const nameParams = z.object({ name: modelNameSchema })
const versionParams = nameParams.extend({ version: z.string().min(1).max(255) })

export function addCardRoutes(app: App, cards: ModelCards, operator: string): void {
  app.get(
    '/api/v1/models/:name/versions/:version/card',
    {
      schema: {
        tags,
        summary: 'The card of a version: what people wrote, over what is known of it',
        params: versionParams,
        response: { 200: modelCardSchema },
      },
    },
    async ({ params }) => cards.get(params.name, params.version),
  )
  app.put(
    '/api/v1/models/:name/versions/:version/card',
    {
      schema: {
        tags,
        summary: "Replace what a version's card says in words; earlier words stay in its history",
        params: versionParams,
        body: writeCardSchema,
        response: { 200: modelCardSchema },
      },
    },
    async ({ params, body }) => {
      const { version } = await cards.get(params.name, params.version)
      await cards.write({ model: params.name, version, text: body.text, by: body.by ?? operator })
      return cards.get(params.name, version)
    },
  )
  app.put(
    '/api/v1/models/:name/card',
    {
      schema: {
        tags,
        summary: 'Replace the words that stand on the card of every version without its own',
        params: nameParams,
        body: writeCardSchema,
        response: { 200: cardEditSchema },
      },
    },
    async ({ params, body }) => cards.write({ model: params.name, text: body.text, by: body.by ?? operator }),
  )
  app.get(
    '/api/v1/models/:name/card/edits',
    {
      schema: {
        tags,
        summary: 'What a card said and who wrote it, newest first; of the model where no version is named',
        params: nameParams,
        querystring: pageQuerySchema.extend({ version: z.coerce.number().int().positive().optional() }),
        response: { 200: pageReplySchema(cardEditSchema) },
      },
    },
    async ({ params, query }) =>
      cards.edits(params.name, query.version, { limit: query.limit, offset: offsetOf(query) }),
  )
}
