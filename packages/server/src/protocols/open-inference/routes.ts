import type { IncomingHttpHeaders } from 'node:http'
import { nameSchema } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { beginRefusal } from '../../http/error-reply.ts'
import { errorText } from '../../http/error-text.ts'
import { parseJson, type WireReply, type WireRequest } from '../../http/wire-message.ts'
import { addWireScope, sendWire, wireRequest } from '../../http/wire-scope.ts'
import type { ReadEventTime } from './decode-infer.ts'
import { parseRest } from './infer-protocol.ts'
import type { InferenceService, ReadInfer } from './inference-service.ts'
import { isRecord, refusal, show } from './refusal.ts'

export type OpenInferenceDeps = {
  readonly service: InferenceService
  readonly readEventTime: ReadEventTime
  /** The deadline that headers name, in the time of `performance.now()`. */
  readonly readDeadline: (headers: IncomingHttpHeaders) => number | undefined
  readonly maxBodyBytes: number
}

const modelParams = z.object({ name: nameSchema })
const versionParams = modelParams.extend({ version: z.string().max(20) })
const tags = ['open inference protocol']

/** The Open Inference Protocol, version 2, over REST: endpoints under their names as models. Its errors have the protocol's own form. */
export function addOpenInferenceRoutes(app: App, deps: OpenInferenceDeps): void {
  addWireScope(app, deps.maxBodyBytes, (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      const known = beginRefusal(error, request, reply)
      return reply.send({ error: errorText(known) })
    })
    addServerRoutes(scope, deps.service)
    addModelRoutes(scope, deps.service)
    addRepositoryRoutes(scope, deps.service)
    addInferRoutes(scope, deps)
  })
}

function addServerRoutes(app: App, service: InferenceService): void {
  app.get('/v2', { schema: { tags, summary: 'The server' } }, async () => service.server())
  app.get('/v2/', { schema: { hide: true } }, async () => service.server())
  app.get('/v2/health/live', { schema: { tags, summary: 'Whether the server lives' } }, async () => ({ live: true }))
  app.get('/v2/health/ready', { schema: { tags, summary: 'Whether every model answers' } }, async (_, reply) => {
    const ready = service.isReady()
    return reply.code(ready ? 200 : 503).send({ ready })
  })
  app.get('/v2/models', { schema: { tags, summary: 'The models' } }, async () => ({ models: service.names() }))
  app.get('/v2/models/stats', { schema: { tags, summary: 'What every model has done' } }, async () => ({
    model_stats: service.statistics(undefined, undefined),
  }))
}

/** A route for a model, and the same for the version that serves. */
function addModelRoute(
  app: App,
  path: string,
  summary: string,
  answer: (name: string, version: string | undefined) => { readonly status?: number; readonly body: object },
): void {
  for (const start of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    const params = start.endsWith(':version') ? versionParams : modelParams
    app.get(`${start}${path}`, { schema: { tags, summary, params } }, async (request, reply) => {
      const { name, version } = parseParams(request.params)
      const { status = 200, body } = answer(name, version)
      return reply.code(status).send(body)
    })
  }
}

function addModelRoutes(app: App, service: InferenceService): void {
  addModelRoute(app, '', 'Inputs and outputs of a model', (name, version) => ({
    body: service.metadata(name, version),
  }))
  addModelRoute(app, '/config', 'How a model is configured', (name, version) => ({
    body: service.config(name, version),
  }))
  addModelRoute(app, '/stats', 'What a model has done', (name, version) => ({
    body: { model_stats: service.statistics(name, version) },
  }))
  addModelRoute(app, '/ready', 'Whether a model answers', (name, version) => {
    const ready = service.isModelReady(name, version)
    return { status: ready ? 200 : 503, body: { name, ready } }
  })
}

function addRepositoryRoutes(app: App, service: InferenceService): void {
  app.post('/v2/repository/index', { schema: { tags, summary: 'Every model and its state' } }, async (request) => {
    const { ready } = readBody(wireRequest(request))
    if (ready === undefined || typeof ready === 'boolean') return service.index(ready ?? false)
    throw refusal('ready', `"ready" must be true or false; it is ${show(ready)}.`)
  })
  app.post(
    '/v2/repository/models/:name/load',
    { schema: { tags, summary: 'Put a model back into service', params: modelParams } },
    async (request) => {
      const { name } = request.params
      await service.load(name, parametersOf(wireRequest(request)))
      return { name, load: true }
    },
  )
  app.post(
    '/v2/repository/models/:name/unload',
    { schema: { tags, summary: 'Take a model out of service until it is loaded', params: modelParams } },
    async (request) => {
      const { name } = request.params
      parametersOf(wireRequest(request))
      await service.unload(name)
      return { name, unload: true }
    },
  )
}

/** An empty body says nothing. */
function readBody({ body }: WireRequest): { readonly [key: string]: unknown } {
  if (body.byteLength === 0) return {}
  const value = parseJson(body)
  if (isRecord(value)) return value
  throw refusal('body', `The body must be an object; it is ${show(value)}.`)
}

function parametersOf(request: WireRequest): object {
  const { parameters = {} } = readBody(request)
  if (isRecord(parameters)) return parameters
  throw refusal('parameters', `"parameters" must be an object; it is ${show(parameters)}.`)
}

function addInferRoutes(app: App, { service, readEventTime, readDeadline }: OpenInferenceDeps): void {
  for (const path of ['/v2/models/:name/infer', '/v2/models/:name/versions/:version/infer']) {
    const params = path.includes(':version') ? versionParams : modelParams
    app.post(
      path,
      { schema: { tags, summary: 'Infer; outputs include the id of each prediction in the log', params } },
      async (request, reply) => {
        const { name, version } = parseParams(request.params)
        const message = wireRequest(request)
        const read: ReadInfer<WireReply> = ({ signature }, clock) =>
          parseRest(name, message, signature, { clock, readEventTime })
        const deadlineAt = readDeadline(request.headers)
        const options = deadlineAt === undefined ? {} : { deadlineAt }
        return sendWire(request, reply, await service.infer(name, version, read, options))
      },
    )
  }
}

const parseParams = (params: unknown) => modelParams.extend({ version: z.string().optional() }).parse(params)
