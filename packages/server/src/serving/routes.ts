import {
  DECIDERS,
  DECISION_KINDS,
  type DecisionKind,
  decisionSchema,
  endpointPlanSchema,
  endpointSchema,
  endpointSpecSchema,
  labelsRequestSchema,
  labelsResponseSchema,
  loggedPredictionSchema,
  nameSchema,
  predictRequestSchema,
  predictResponseSchema,
  RegiaError,
  shadowComparisonSchema,
  timestampSchema,
  trafficSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import { listReplySchema, offsetOf, pageOf, pageQuerySchema, pageReplySchema } from '../http/paging.ts'
import { addWireScope, sendWire, wireRequest } from '../http/wire-scope.ts'
import { planEndpoint } from './endpoints/endpoint-plan.ts'
import type { PredictProtocol } from './gateway/fast-lane.ts'
import { predictWire } from './gateway/predict-wire.ts'
import { pushLabels } from './labels.ts'
import type { Serving } from './serving.ts'

const nameParams = z.object({ name: nameSchema })
const tags = ['endpoints']

export function addEndpointRoutes(app: App, { endpoints, queries }: Serving): void {
  app.get(
    '/api/v1/endpoints',
    {
      schema: {
        tags,
        summary: 'Endpoints by name; `search` is a piece of it',
        querystring: pageQuerySchema.extend({ search: z.string().max(200).optional() }),
        response: { 200: pageReplySchema(endpointSchema) },
      },
    },
    async ({ query }) => {
      const offset = offsetOf(query)
      const { items, total } = await queries.page({ search: query.search, limit: query.limit, offset })
      return pageOf(items, total, offset)
    },
  )
  app.get(
    '/api/v1/endpoints/:name',
    { schema: { tags, summary: 'An endpoint', params: nameParams, response: { 200: endpointSchema } } },
    async ({ params }) => queries.get(params.name),
  )
  app.put(
    '/api/v1/endpoints/:name',
    {
      schema: {
        tags,
        summary: 'Create or change an endpoint; answers when what it names serves',
        params: nameParams,
        body: endpointSpecSchema,
        response: { 200: endpointSchema },
      },
    },
    async ({ params, body }) => {
      assertSameName(params.name, body.name)
      await endpoints.apply(body)
      return queries.get(params.name)
    },
  )
  app.post(
    '/api/v1/endpoints/plan',
    {
      schema: {
        tags,
        summary: 'What applying specs would change, field by field, and what would be refused; changes nothing',
        body: z.strictObject({ specs: z.array(endpointSpecSchema).min(1).max(1000) }),
        response: { 200: z.object({ plans: listReplySchema(endpointPlanSchema) }) },
      },
    },
    async ({ body: { specs } }) => ({
      plans: await Promise.all(
        specs.map(async (spec) => {
          const refusal = await endpoints.foreseeRefusal(spec, specs)
          const plan = planEndpoint(spec, endpoints.find(spec.name)?.spec)
          return refusal ? { ...plan, refusal: refusal.toBody() } : plan
        }),
      ),
    }),
  )
  app.delete(
    '/api/v1/endpoints/:name',
    {
      schema: {
        tags,
        summary: 'Take an endpoint out of service for good; its prediction log stays',
        params: nameParams,
        response: { 204: z.undefined() },
      },
    },
    async ({ params }, reply) => {
      await endpoints.remove(params.name)
      return reply.code(204).send()
    },
  )
}

export function addEndpointHistoryRoutes(app: App, { queries }: Serving): void {
  app.get(
    '/api/v1/endpoints/:name/predictions',
    {
      schema: {
        tags,
        summary: 'Logged predictions, newest first, with what became of them',
        params: nameParams,
        querystring: pageQuerySchema.extend({
          version: z.coerce.number().int().positive().optional(),
          from: timestampSchema.optional(),
          until: timestampSchema.optional(),
        }),
        response: { 200: pageReplySchema(loggedPredictionSchema) },
      },
    },
    async ({ params, query }) => {
      const { version, from, until, limit, cursor } = query
      return queries.predictions(params.name, {
        limit,
        cursor,
        ...(version !== undefined && { version }),
        ...(from !== undefined && { from: Date.parse(from) }),
        ...(until !== undefined && { until: Date.parse(until) }),
      })
    },
  )
  app.get(
    '/api/v1/endpoints/:name/traffic',
    {
      schema: {
        tags,
        summary: 'Requests, errors and latencies in slots of five seconds, by version',
        params: nameParams,
        querystring: z.object({ minutes: z.coerce.number().min(1).max(60).default(15) }),
        response: { 200: z.object({ points: listReplySchema(trafficPointSchema) }) },
      },
    },
    async ({ params, query }) => ({ points: queries.traffic(params.name, query.minutes) }),
  )
  app.get(
    '/api/v1/endpoints/:name/comparison',
    {
      schema: {
        tags,
        summary: 'Champion and challenger on the same predictions: the running comparison, else the last one',
        params: nameParams,
        response: { 200: shadowComparisonSchema, 204: z.undefined() },
      },
    },
    async ({ params }, reply) => {
      const comparison = await queries.comparison(params.name)
      return comparison ? reply.send(comparison) : reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/endpoints/:name/decisions',
    {
      schema: {
        tags,
        summary: 'Every decision about the endpoint, newest first, with the figures on which it was taken',
        description:
          '`by` asks for those of rules, of Regia itself (it followed an alias or a file) or of people; `kind` for some kinds, with commas between them. `total` counts what is asked for.',
        params: nameParams,
        querystring: decisionQuerySchema,
        response: { 200: pageReplySchema(decisionSchema) },
      },
    },
    async ({ params, query: { kind, ...query } }) =>
      queries.decisions(params.name, { ...query, ...(kind !== undefined && { kinds: kindsIn(kind) }) }),
  )
}

export function addPredictionRoutes(
  app: App,
  { endpoints, log, clock }: Serving,
  plain: PredictProtocol,
  maxBodyBytes: number,
): void {
  addWireScope(app, maxBodyBytes, (scope) =>
    scope.post(
      '/api/v1/endpoints/:name/predict',
      {
        // The gateway judges rows by the signature of the version that answers; the schema here is for the description.
        validatorCompiler: () => (value: unknown) => ({ value }),
        schema: {
          tags,
          summary: 'Predict plain rows; every prediction is in the log before its reply',
          params: nameParams,
          body: predictRequestSchema,
          response: { 200: predictResponseSchema },
        },
      },
      async (request, reply) => {
        const answer = await predictWire(
          endpoints.get(request.params.name),
          plain,
          wireRequest(request),
          clock,
          () => reply.raw.destroyed,
        )
        return sendWire(request, reply, answer)
      },
    ),
  )
  app.post(
    '/api/v1/labels',
    {
      schema: {
        tags: ['labels'],
        summary: 'Push what really happened; acknowledged means logged',
        body: labelsRequestSchema,
        response: { 200: labelsResponseSchema },
      },
    },
    async ({ body }) => pushLabels(log, endpoints, body, clock()),
  )
}

const trafficPointSchema = z.object({ at: timestampSchema, versions: listReplySchema(trafficSchema) })

const decisionQuerySchema = pageQuerySchema.extend({
  by: z.enum(DECIDERS).optional(),
  kind: z
    .string()
    .regex(new RegExp(`^(${DECISION_KINDS.join('|')})(,(${DECISION_KINDS.join('|')}))*$`), {
      error: `kinds of decisions with commas between them, of: ${DECISION_KINDS.join(', ')}`,
    })
    .optional(),
})

const kindsIn = (text: string): readonly DecisionKind[] =>
  DECISION_KINDS.filter((kind) => text.split(',').includes(kind))

function assertSameName(address: string, body: string): void {
  if (address === body) return
  throw new RegiaError('INVALID_INPUT', `The spec is of endpoint "${body}", the address of "${address}".`, {
    where: 'body.name',
  })
}
