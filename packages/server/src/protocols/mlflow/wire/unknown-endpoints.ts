import type { App } from '../../../http/app.ts'
import { addWireScope } from './endpoint.ts'
import { MlflowError } from './mlflow-error.ts'

/** Addresses of the protocol below which Regia offers some things and not others. Any route beats these. */
const ADDRESSES = ['/api/2.0/*', '/api/3.0/*', '/ajax-api/*', '/graphql', '/gateway/*', '/v1/traces']

/** Answers what is not offered (traces, prompts' optimisation, gateway, GraphQL) with the code at which clients go on. */
export function addUnknownEndpoints(app: App, urls: readonly string[] = ADDRESSES): void {
  addWireScope(app, (scope) => {
    for (const url of urls) {
      scope.route({
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        url,
        schema: { hide: true },
        handler: async ({ method, url: asked }) => {
          throw new MlflowError('ENDPOINT_NOT_FOUND', `Regia does not offer ${method} ${asked.split('?')[0]}.`)
        },
      })
    }
  })
}
