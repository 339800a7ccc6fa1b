import {
  endpointSchema,
  nameSchema,
  releaseSchema,
  rewardsRequestSchema,
  rewardsResponseSchema,
  shadowDifferenceSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import type { ReleaseService } from './release/release-service.ts'
import { pushRewards } from './rewards.ts'
import type { Serving } from './serving.ts'

const nameParams = z.object({ name: nameSchema })
const reasonBody = z.strictObject({ reason: z.string().max(2000).optional() }).prefault({})
const promoteBody = z
  .strictObject({ reason: z.string().max(2000).optional(), version: z.number().int().positive().optional() })
  .prefault({})
const tags = ['releases']

/** What can be done about a release by hand, each with a reason for the history. */
const ACTS: readonly {
  readonly name: string
  readonly summary: string
  readonly act: (release: ReleaseService, endpoint: string, reason: string | undefined) => Promise<void>
}[] = [
  {
    name: 'rollback',
    summary: 'Take back what is being released, at once; without a release bring the last champion back',
    act: (release, endpoint, reason) => release.rollback(endpoint, reason),
  },
  {
    name: 'pause',
    summary: 'Keep the shares of a release as they are until it is resumed; its rules still guard it',
    act: (release, endpoint, reason) => release.pause(endpoint, reason),
  },
  {
    name: 'resume',
    summary: 'Go on with a paused release',
    act: (release, endpoint, reason) => release.resume(endpoint, reason),
  },
  {
    name: 'advance',
    summary: 'Take the next step of a canary without waiting; from the last one it is promoted',
    act: (release, endpoint, reason) => release.advance(endpoint, reason),
  },
  {
    name: 'retry',
    summary: 'Try again what was refused, stopped or taken back last',
    act: (release, endpoint) => release.retry(endpoint),
  },
  {
    name: 'stop',
    summary: 'End a release; the stable version gets all requests',
    act: (release, endpoint, reason) => release.stop(endpoint, reason),
  },
]

export function addReleaseRoutes(app: App, { queries, release }: Serving): void {
  app.post(
    '/api/v1/endpoints/:name/promote',
    {
      schema: {
        tags,
        summary: 'Make a version of the release, or the one in shadow, the champion',
        params: nameParams,
        body: promoteBody,
        response: { 200: endpointSchema },
      },
    },
    async ({ params, body }) => {
      await release.promote(params.name, body.reason, body.version)
      return queries.get(params.name)
    },
  )
  for (const { name, summary, act } of ACTS) {
    app.post(
      `/api/v1/endpoints/:name/${name}`,
      { schema: { tags, summary, params: nameParams, body: reasonBody, response: { 200: endpointSchema } } },
      async ({ params, body }) => {
        await act(release, params.name, body.reason)
        return queries.get(params.name)
      },
    )
  }
  app.get(
    '/api/v1/endpoints/:name/comparison/differences',
    {
      schema: {
        tags,
        summary: 'Requests of late that champion and challenger in shadow answer most differently, with their rows',
        params: nameParams,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
        response: { 200: z.object({ items: listReplySchema(shadowDifferenceSchema) }) },
      },
    },
    async ({ params, query }) => ({ items: await release.differences(params.name, query.limit) }),
  )
  app.get(
    '/api/v1/endpoints/:name/release',
    {
      schema: {
        tags,
        summary: 'The release that runs (shadow, canary, experiment or bandit), else the last one, with its figures',
        params: nameParams,
        response: { 200: releaseSchema, 204: z.undefined() },
      },
    },
    async ({ params }, reply) => {
      const latest = await release.latest(params.name)
      return latest ? reply.send(latest) : reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/endpoints/:name/releases',
    {
      schema: {
        tags,
        summary: 'Releases of an endpoint, newest first: shadows, canaries, experiments and bandits',
        params: nameParams,
        querystring: pageQuerySchema,
        response: { 200: pageReplySchema(releaseSchema) },
      },
    },
    async ({ params, query }) => release.list(params.name, query),
  )
}

export function addRewardRoutes(app: App, { log, clock }: Serving): void {
  app.post(
    '/api/v1/rewards',
    {
      schema: {
        tags: ['labels'],
        summary: 'Push what predictions earned; acknowledged means logged, the first of a prediction counts',
        body: rewardsRequestSchema,
        response: { 200: rewardsResponseSchema },
      },
    },
    async ({ body }) => pushRewards(log, body, clock()),
  )
}
