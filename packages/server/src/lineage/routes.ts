import { lineageGraphSchema, lineageNodeSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { LineageService } from './lineage-service.ts'

export function addLineageRoutes(app: App, lineage: LineageService): void {
  app.get(
    '/api/v1/lineage',
    {
      schema: {
        tags: ['lineage'],
        summary: 'What made a thing and what depends on it',
        querystring: z.object({
          kind: lineageNodeSchema.shape.kind,
          ref: z.string().min(1).max(500),
          depth: z.coerce.number().int().min(1).max(50).default(6),
          limit: z.coerce.number().int().min(1).max(2_000).default(200),
        }),
        response: { 200: lineageGraphSchema },
      },
    },
    async ({ query: { kind, ref, depth, limit } }) => lineage.trace({ kind, ref }, { depth, limit }),
  )
}
