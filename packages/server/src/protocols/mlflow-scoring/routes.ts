import { nameSchema, RegiaError } from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { beginRefusal } from '../../http/error-reply.ts'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import { addWireScope, sendWire, wireRequest } from '../../http/wire-scope.ts'
import { scoringError } from './scoring-protocol.ts'

export type ScoringDeps = {
  readonly names: () => readonly string[]
  /** @throws RegiaError `NOT_FOUND` for an endpoint that there is not. */
  readonly isReady: (name: string) => boolean
  readonly score: (name: string, request: WireRequest) => Promise<WireReply>
  /** The endpoint that answers at the root; where absent the only one does. */
  readonly rootEndpoint: string | undefined
  readonly maxBodyBytes: number
}

const params = z.object({ name: nameSchema })
const tags = ['mlflow scoring']
const SCORE = 'Score a table as MLflow’s scoring server does'
const PING = 'Whether the endpoint answers'

/** MLflow's scoring protocol for each endpoint, and at the root for one of them. */
export function addScoringRoutes(app: App, deps: ScoringDeps): void {
  addWireScope(app, deps.maxBodyBytes, (scope) => {
    scope.setErrorHandler((error, request, reply) => reply.send(scoringError(beginRefusal(error, request, reply))))
    // `mlflow.deployments` asks under /endpoints.
    for (const prefix of ['/api/v1/endpoints', '/endpoints']) {
      const isHidden = prefix === '/endpoints'
      const schema = { tags, params, hide: isHidden }
      scope.post(`${prefix}/:name/invocations`, { schema: { ...schema, summary: SCORE } }, async (request, reply) =>
        sendWire(request, reply, await deps.score(request.params.name, wireRequest(request))),
      )
      if (isHidden) continue
      scope.get(`${prefix}/:name/ping`, { schema: { ...schema, summary: PING } }, async ({ params: { name } }, reply) =>
        reply
          .code(deps.isReady(name) ? 200 : 503)
          .type('application/json')
          .serializer(String)
          .send('\n'),
      )
    }
    addRootRoutes(scope, deps)
  })
}

function addRootRoutes(scope: App, deps: ScoringDeps): void {
  scope.post('/invocations', { schema: { tags, summary: `${SCORE}: of the only endpoint` } }, async (request, reply) =>
    sendWire(request, reply, await deps.score(rootOf(deps), wireRequest(request))),
  )
  scope.get('/ping', { schema: { tags, summary: `${PING}: the only one` } }, async (_, reply) =>
    reply
      .code(deps.isReady(rootOf(deps)) ? 200 : 503)
      .type('application/json')
      .serializer(String)
      .send('\n'),
  )
}

function rootOf({ names, rootEndpoint }: ScoringDeps): string {
  if (rootEndpoint !== undefined) return rootEndpoint
  const [only, ...others] = names()
  if (only !== undefined && others.length === 0) return only
  const all = names().slice(0, 10).join(', ') || 'none'
  throw new RegiaError('NOT_FOUND', `/invocations speaks for one endpoint; there is: ${all}.`, {
    hint: 'Ask at /api/v1/endpoints/NAME/invocations, or start with "regia up --invocations NAME".',
  })
}
