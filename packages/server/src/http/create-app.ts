import type { IdFactory } from '@regia/core'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { App } from './app.ts'
import { addDepthLimit } from './body-depth.ts'
import type { BusySockets } from './busy-sockets.ts'
import { sayDraining } from './drain.ts'
import { drainConnections } from './drain-connections.ts'
import { replyWithError } from './error-reply.ts'
import { addGuard, type Gate } from './guard.ts'
import { replyToNoise } from './not-http.ts'
import { leaveSlowClients, PATIENCE, type Patience } from './slow-clients.ts'

export type HttpOptions = {
  readonly gate: Gate
  readonly token: string | undefined
  readonly logger: FastifyBaseLogger
  readonly newId: IdFactory
  readonly maxBodyBytes: number
  readonly busy: BusySockets
  readonly patience?: Patience
}

/** A slow sender must have finished its request by then: a file of 4 GB over a line of 10 Mbit/s still fits. How slow it may be meanwhile says {@link PATIENCE}. */
const REQUEST_TIMEOUT_MS = 3_600_000
/** How often Node looks for connections whose head is late. */
const CHECK_MS = 10_000
/** Longer than clients keep a connection that they do not use, so that none is closed just as it is used again. */
export const KEEP_ALIVE_MS = 72_000

/** The HTTP application without routes: ids, limits, guards, and the one way in which errors leave. */
export function createApp(options: HttpOptions): App {
  const { patience = PATIENCE } = options
  const app: App = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => options.newId('request'),
    bodyLimit: options.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: patience.headMs, connectionsCheckingInterval: Math.min(patience.headMs, CHECK_MS) },
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientErrorHandler: replyToNoise,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: replyWithError,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // Replies are typed by the same schemas at compile time and checked against them in tests; a second parse of each reply would buy nothing.
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
  app.setErrorHandler(replyWithError)
  drainConnections(app, options.busy)
  leaveSlowClients(app, patience)
  sayDraining(app, options.busy)
  addSecurityHeaders(app)
  addGuard(app, options.gate, options.token)
  addDepthLimit(app)
  return app
}

function addSecurityHeaders(app: App): void {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('x-request-id', request.id)
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
}
