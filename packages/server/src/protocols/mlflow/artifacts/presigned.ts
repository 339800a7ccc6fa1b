import type { ArtifactTree } from '@regia/core'
import { type Endpoint, endpoint, text } from '../wire/index.ts'
import { getFile } from './file-access.ts'
import { authorityOf, originOf } from './origin.ts'
import { safeFile } from './safe-path.ts'

/** Where a client that loads a file in parallel parts finds it: here, since this server has parts of files itself. */
export const presignedDownload = (tree: ArtifactTree): Endpoint =>
  endpoint({
    verb: 'GET',
    path: '/mlflow-artifacts/presigned/*',
    fields: { '*': text() },
    handle: async ({ '*': written = '' }, request) => {
      const path = safeFile(written)
      const { sizeBytes } = await getFile(tree, path, path)
      const address = path.split('/').map(encodeURIComponent).join('/')
      return {
        url: `${originOf(request)}/api/2.0/mlflow-artifacts/artifacts/${address}`,
        headers: authorityOf(request),
        file_size: sizeBytes,
      }
    },
  })
