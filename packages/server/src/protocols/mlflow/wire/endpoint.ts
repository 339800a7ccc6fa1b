import type { FastifyRequest } from 'fastify'
import type { App } from '../../../http/app.ts'
import type { Fields, Values } from './field.ts'
import { isRecord, readLenientJson } from './lenient-json.ts'
import { invalidParameter, replyWithMlflowError } from './mlflow-error.ts'
import { readFields, type Source } from './read-fields.ts'

/** What is answered: an object to be written as JSON, JSON that is written already, or nothing, which is `{}`. */
export type WireReply = object | string | undefined

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Place = {
  /** One RPC may answer to several. */
  readonly verb: Verb | readonly Verb[]
  /** After `/api/2.0`, with parameters as in `/mlflow/logged-models/:model_id`; they are fields like any other. */
  readonly path: string
  /** `2.0` where absent. */
  readonly version?: '2.0' | '3.0'
  /** Only below `/ajax-api`. */
  readonly isAjaxOnly?: boolean
}

/** An RPC of the protocol, ready to be registered. */
export type Endpoint = Place & {
  readonly answer: (source: Source, request: FastifyRequest) => Promise<WireReply>
}

/**
 * An RPC: where it is, which fields it reads in which order, and what it does with them. `handle` throws `RegiaError`s and `MlflowError`s; it
 * answers with the protocol's field names, and leaves out what is empty ({@link orAbsent}).
 *
 * @example endpoint({ verb: 'GET', path: '/mlflow/experiments/get', fields: { experiment_id: required(identifier()) },
 *   handle: async ({ experiment_id }) => ({ experiment: toWire(await experiments.get(experiment_id)) }) })
 */
export function endpoint<F extends Fields>(
  rpc: Place & {
    readonly fields: F
    readonly handle: (values: Values<F>, request: FastifyRequest) => Promise<WireReply>
  },
): Endpoint {
  const { fields, handle, ...place } = rpc
  return { ...place, answer: async (source, request) => handle(readFields(fields, source), request) }
}

/** An empty list is absent in replies. */
export const orAbsent = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

/** Registers RPCs below `/api/V` and `/ajax-api/V`, in a scope that reads bodies and tells errors as the protocol does. */
export function addEndpoints(app: App, endpoints: readonly Endpoint[]): void {
  addWireScope(app, (scope) => {
    for (const { path, version = '2.0', ...rest } of endpoints) {
      for (const prefix of rest.isAjaxOnly ? ['/ajax-api'] : ['/api', '/ajax-api']) {
        addEndpoint(scope, `${prefix}/${version}${path}`, rest)
      }
    }
  })
}

/** An RPC at an address that is none of the usual ones. */
export function addEndpoint(scope: App, url: string, { verb, answer }: Pick<Endpoint, 'verb' | 'answer'>): void {
  scope.route({
    method: [verb].flat(),
    url,
    schema: { hide: true },
    handler: async (request, reply) => {
      const answered = await answer(await sourceOf(request), request)
      const body = typeof answered === 'string' ? answered : answered === undefined ? '{}' : JSON.stringify(answered)
      return reply.type('application/json').send(body)
    },
  })
}

/** A scope whose bodies come as text, whatever their type, and whose errors are told as the protocol does. */
export function addWireScope(app: App, add: (scope: App) => void): void {
  app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler(replyWithMlflowError)
    add(scope)
  })
}

async function sourceOf(request: FastifyRequest): Promise<Source> {
  const source = await bareSource(request)
  const { params } = request
  if (!isRecord(params) || Object.keys(params).length === 0) return source
  return { ...source, values: { ...source.values, ...params } }
}

/** Old clients send a body with a GET; it counts where there is no query. */
async function bareSource(request: FastifyRequest): Promise<Source> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (request.url.includes('?') && isRecord(request.query)) return { values: request.query, isQuery: true }
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers
    const isEmpty = (length === undefined || length === '0') && coding === undefined
    return { values: isEmpty ? {} : readLenientJson(await readBody(request)), isQuery: false }
  }
  assertJson(request)
  return { values: readLenientJson(typeof request.body === 'string' ? request.body : ''), isQuery: false }
}

function assertJson({ method, headers }: FastifyRequest): void {
  if (method !== 'POST' && method !== 'PUT') return
  const type = headers['content-type']
  if (type === undefined) throw invalidParameter('Bad Request. Content-Type header is missing.')
  if (type.split(';')[0]!.trim().toLowerCase() === 'application/json') return
  throw invalidParameter("Bad Request. Content-Type must be one of ['application/json'].")
}

/** Far more than any GET has to say. */
const MAX_GET_BODY = 1_000_000

async function readBody({ raw }: FastifyRequest): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of raw) {
    size += chunk.length
    if (size > MAX_GET_BODY) throw invalidParameter(`The body of a GET may have ${MAX_GET_BODY} bytes at most.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
