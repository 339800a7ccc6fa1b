import { nameSchema, RegiaError } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { toRegiaError } from '../../http/error-reply.ts'
import { ERROR_STATUS } from '../../http/error-status.ts'
import { retryAfter } from '../../http/retry-after.ts'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import { addWireScope, sendWire, wireRequest } from '../../http/wire-scope.ts'
import { errorText, type InferEndpoint } from './infer-protocol.ts'
import { modelMetadata } from './metadata.ts'

export type OpenInferenceDeps = {
  readonly version: string
  /** @throws RegiaError `NOT_FOUND`. */
  readonly get: (name: string) => InferEndpoint
  readonly names: () => readonly string[]
  readonly infer: (name: string, request: WireRequest) => Promise<WireReply>
  readonly maxBodyBytes: number
}

const modelParams = z.object({ name: nameSchema })
const versionParams = modelParams.extend({ version: z.string().max(20) })
const tags = ['open inference protocol']

/** The Open Inference Protocol, version 2, over REST: endpoints under their names as models. Its errors have the protocol's own form. */
export function addOpenInferenceRoutes(app: App, deps: OpenInferenceDeps): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      const known = toRegiaError(error)
      if (known.code === 'INTERNAL') request.log.error({ err: error, requestId: request.id }, 'unexpected error')
      return reply
        .code(ERROR_STATUS[known.code])
        .headers(retryAfter(known))
        .send({ error: errorText(known) })
    })
    addServerRoutes(scope, deps)
    addModelRoutes(scope, deps)
    addWireScope(scope, deps.maxBodyBytes, (wire) => addInferRoutes(wire, deps))
  })
}

function addServerRoutes(app: App, { version, get, names }: OpenInferenceDeps): void {
  app.get('/v2', { schema: { tags, summary: 'The server' } }, async () => ({ name: 'regia', version, extensions: [] }))
  app.get('/v2/', { schema: { hide: true } }, async () => ({ name: 'regia', version, extensions: [] }))
  app.get('/v2/health/live', { schema: { tags, summary: 'Whether the server lives' } }, async () => ({ live: true }))
  app.get('/v2/health/ready', { schema: { tags, summary: 'Whether every model answers' } }, async (_, reply) => {
    const ready = names().every((name) => get(name).stable)
    return reply.code(ready ? 200 : 503).send({ ready })
  })
  app.get('/v2/models', { schema: { tags, summary: 'The models' } }, async () => ({ models: names() }))
}

function addModelRoutes(app: App, { get }: OpenInferenceDeps): void {
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    const params = path.endsWith(':version') ? versionParams : modelParams
    app.get(path, { schema: { tags, summary: 'Inputs and outputs of a model', params } }, async (request) => {
      const { stable, name } = served(get, request.params)
      return modelMetadata(name, stable.version, stable.signature)
    })
    app.get(
      `${path}/ready`,
      { schema: { tags, summary: 'Whether a model answers', params } },
      async (request, reply) => {
        const { name } = parseParams(request.params)
        const ready = get(name).stable !== undefined
        if (ready) served(get, request.params)
        return reply.code(ready ? 200 : 503).send({ name, ready })
      },
    )
  }
}

function addInferRoutes(app: App, { get, infer }: OpenInferenceDeps): void {
  for (const path of ['/v2/models/:name/infer', '/v2/models/:name/versions/:version/infer']) {
    const params = path.includes(':version') ? versionParams : modelParams
    app.post(
      path,
      {
        // The decoder judges, and names the tensor; the schema is for the description.
        validatorCompiler: () => (value: unknown) => ({ value }),
        schema: {
          tags,
          summary: 'Infer; outputs include the id of each prediction in the log',
          params,
          body: inferSchema,
        },
      },
      async (request, reply) => {
        const { name } = served(get, request.params)
        return sendWire(request, reply, await infer(name, wireRequest(request)))
      },
    )
  }
}

const tensorSchema = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  datatype: z.string(),
  data: z.array(z.unknown()),
})

const inferSchema = z.object({
  id: z.string().optional(),
  inputs: z.array(tensorSchema),
  parameters: z.record(z.string(), z.unknown()).optional(),
})

const parseParams = (params: unknown) => modelParams.extend({ version: z.string().optional() }).parse(params)

/** @throws RegiaError `NOT_FOUND` for a version that does not serve, `ENDPOINT_NOT_READY` while none does. */
function served(get: OpenInferenceDeps['get'], params: unknown) {
  const { name, version } = parseParams(params)
  const { stable } = get(name)
  if (!stable) {
    throw new RegiaError('ENDPOINT_NOT_READY', `Model "${name}" has no version loaded yet.`, { where: name })
  }
  if (version === undefined || version === String(stable.version)) return { name, stable }
  throw new RegiaError('NOT_FOUND', `Version ${version} of "${name}" does not serve.`, {
    hint: `Version ${stable.version} does. Leave the version out to ask whichever serves.`,
  })
}
