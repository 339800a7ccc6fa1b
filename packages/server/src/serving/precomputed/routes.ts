import { nameSchema, predictionSchema, timestampSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import type { Answer } from '../gateway/answer.ts'
import { plainReply } from '../gateway/plain-reply.ts'
import type { PrecomputedService } from './precomputed-service.ts'

const replySchema = z.object({
  endpoint: nameSchema,
  model: z.string(),
  version: z.number().int(),
  /** How fresh the answer is. */
  computedAt: timestampSchema,
  dataset: z.object({ name: nameSchema, version: z.number().int() }),
  prediction: predictionSchema,
})

/** Scores that were computed before, by key. */
export function addPrecomputedRoutes(app: App, precomputed: PrecomputedService, now: () => number): void {
  app.get(
    '/api/v1/endpoints/:name/precomputed/:key',
    {
      schema: {
        tags: ['endpoints'],
        summary: 'The score that was computed before for a key, and when; logged like any prediction',
        params: z.object({ name: nameSchema, key: z.string().min(1).max(1000) }),
        response: { 200: replySchema },
      },
    },
    async ({ params }) => {
      const { gateway, scores } = precomputed.get(params.name)
      const row = { [scores.key]: params.key }
      const answer = await new Promise<Answer>((done, fail) =>
        gateway.predict({ rows: [row], at: now(), receivedAt: performance.now(), done, fail }),
      )
      const { model, version, predictions } = JSON.parse(plainReply(params.name, answer))
      const { computedAt, dataset, datasetVersion } = scores.origin
      return {
        ...{ endpoint: params.name, model, version, computedAt, prediction: predictions[0] },
        dataset: { name: dataset, version: datasetVersion },
      }
    },
  )
}
