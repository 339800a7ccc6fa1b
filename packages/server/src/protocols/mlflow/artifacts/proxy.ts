import type { ArtifactTree } from '@regia/core'
import type { FastifyRequest } from 'fastify'
import type { App } from '../../../http/app.ts'
import { addUploadScope, bodyBytes } from '../../../http/upload-scope.ts'
import { type Endpoint, endpoint, replyWithMlflowError, text } from '../wire/index.ts'
import { listWire, sendFile } from './file-access.ts'
import { safeFile, safeFolder, safePath } from './safe-path.ts'

const PREFIXES = ['/api/2.0', '/ajax-api/2.0']

/** Names below a folder, as the proxy lists them. */
export const proxyListing = (tree: ArtifactTree): Endpoint =>
  endpoint({
    verb: 'GET',
    path: '/mlflow-artifacts/artifacts',
    fields: { path: text() },
    handle: async ({ path }) => {
      const folder = safeFolder(path)
      return { files: await listWire(tree, folder, folder) }
    },
  })

/** Files by their address: the bytes go through as they come. */
export function addProxy(app: App, tree: ArtifactTree, maxBytes: number): void {
  addUploadScope(app, (scope) => {
    scope.setErrorHandler(replyWithMlflowError)
    for (const prefix of PREFIXES) {
      const url = `${prefix}/mlflow-artifacts/artifacts/*`
      const options = { schema: { hide: true } }
      scope.get(url, options, async (request, reply) => {
        const path = safeFile(pathIn(request))
        return sendFile(tree, path, path, request, reply)
      })
      scope.put(url, options, async (request) => {
        await tree.put(safeFile(pathIn(request)), bodyBytes(request, maxBytes))
        return {}
      })
      scope.delete(url, options, async (request) => {
        await tree.delete(safePath(pathIn(request)))
        return {}
      })
    }
  })
}

/** What the wildcard of an address stands for. */
export function pathIn({ params }: FastifyRequest): string {
  if (typeof params !== 'object' || params === null || !('*' in params)) return ''
  return String(params['*'])
}
