import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ArtifactTree, Clock, LoggedModels, ModelVersion, Registry, Runs } from '@regia/core'
import type { DataWorker } from '@regia/engine'
import { addLoggedFileRoutes } from './artifacts/logged-files/index.ts'
import type { App } from './http/app.ts'
import { addArtifactProtocol } from './protocols/mlflow/artifacts/index.ts'

export type LoggedFileWiring = {
  readonly tree: ArtifactTree
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get'>
  readonly registry: Pick<Registry, 'getVersion'>
  readonly addressOfFiles: (version: ModelVersion) => Promise<string | undefined>
  readonly worker: DataWorker
  readonly clock: Clock
  /** In the home's own file system. */
  readonly tempDir: string
  /** The most that one file may have. */
  readonly maxBytes: number
}

const SECRET_BYTES = 24

/** Every route to the files of runs, logged models and registered versions: Regia's own, and those of foreign protocols. */
export function addFileRoutes(app: App, wiring: LoggedFileWiring): void {
  addLoggedFileRoutes(app, wiring)
  const newSecret = () => randomBytes(SECRET_BYTES).toString('hex')
  addArtifactProtocol(app, { ...wiring, newSecret, tempDir: join(wiring.tempDir, 'multipart') })
}
