import type { App } from '../../http/app.ts'
import { addEndpoint, addWireScope, type Endpoint, endpoint } from './wire/index.ts'

/**
 * What clients are told of the server's version. They send spans of traces to `/v1/traces` from 3.4 on, which Regia does not take; below that they
 * ask for traces where `ENDPOINT_NOT_FOUND` tells them to go on without.
 */
export const MLFLOW_VERSION = '3.3.2'

/** A file that comes in one stream is written once, at the disk's speed: parts are taken, but only from a client that is told to send them. */
const SERVER_INFO = JSON.stringify({
  store_type: 'SqlStore',
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
})

/** What a client asks before it uses what not every server has. */
export const serverInfo: Endpoint = endpoint({
  verb: ['GET', 'POST'],
  path: '/mlflow/server-info',
  version: '3.0',
  fields: {},
  handle: async () => SERVER_INFO,
})

/** Below no prefix, as plain text. */
export function addVersionRoute(app: App): void {
  app.get('/version', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(MLFLOW_VERSION),
  )
}

/** Clients ask for it without the slash that everything else has. */
export function addOddAddress(app: App, { verb, answer }: Endpoint): void {
  addWireScope(app, (scope) => {
    for (const prefix of ['/api', '/ajax-api']) {
      addEndpoint(scope, `${prefix}/2.0mlflow/experiments/search-datasets`, { verb, answer })
    }
  })
}
