import type { Clock } from '@regia/core'
import type { App } from '../../../http/app.ts'
import { addEndpoints } from '../wire/index.ts'
import { MULTIPART_LIMITS, MultipartUploads } from './multipart/multipart-uploads.ts'
import { addPartRoute, multipartEndpoints } from './multipart/routes.ts'
import { addOwnerFiles, type OwnerFilesDeps, ownerListings } from './owner-files.ts'
import { presignedDownload } from './presigned.ts'
import { addProxy, proxyListing } from './proxy.ts'

export type ArtifactProtocol = OwnerFilesDeps & {
  readonly clock: Clock
  /** A text that nobody can guess. */
  readonly newSecret: () => string
  /** In the home's own file system; parts of unfinished uploads lie there. */
  readonly tempDir: string
  /** The most that one file may have. */
  readonly maxBytes: number
}

const SWEEP_MS = 15 * 60_000

/** Every way in which a client of MLflow lists, reads, writes and deletes the files of runs, logged models and versions. */
export function addArtifactProtocol(app: App, deps: ArtifactProtocol): void {
  const { tree, clock, newSecret, tempDir, maxBytes } = deps
  const limits = { ...MULTIPART_LIMITS, maxBytes }
  const uploads = new MultipartUploads({ tree, folder: tempDir, clock, newSecret, limits })
  const sweeping = setInterval(() => void uploads.sweep().catch(app.log.error), SWEEP_MS).unref()
  app.addHook('onClose', async () => clearInterval(sweeping))
  addEndpoints(app, [
    proxyListing(tree),
    presignedDownload(tree),
    ...multipartEndpoints(uploads),
    ...ownerListings(deps),
  ])
  addProxy(app, tree, maxBytes)
  addPartRoute(app, uploads, maxBytes)
  addOwnerFiles(app, deps)
}
