import { garbageSchema, retentionSchema } from '@regia/core'
import type { App } from '../http/app.ts'
import type { GarbageService } from './garbage-service.ts'

export function addGarbageRoutes(app: App, garbage: GarbageService): void {
  app.post(
    '/api/v1/garbage',
    {
      schema: {
        tags: ['garbage'],
        summary:
          'Take away runs, cached outputs, jobs and blobs that nobody needs; only says which unless "dryRun" is false',
        body: retentionSchema.strict().prefault({}),
        response: { 200: garbageSchema },
      },
    },
    async ({ body }) => garbage.collect(body),
  )
}
