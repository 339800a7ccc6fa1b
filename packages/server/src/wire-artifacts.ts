import type { ArtifactTree, LoggedModels, Registry, Runs } from '@regia/core'
import type { DataWorker } from '@regia/engine'
import { addLoggedFileRoutes } from './artifacts/logged-files/index.ts'
import type { App } from './http/app.ts'

export type LoggedFileWiring = {
  readonly tree: ArtifactTree
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get'>
  readonly registry: Pick<Registry, 'getVersion'>
  readonly worker: DataWorker
  /** In the home's own file system. */
  readonly tempDir: string
  /** The most that one file may have. */
  readonly maxBytes: number
}

/** Every route to the files of runs, logged models and registered versions: Regia's own, and those of foreign protocols. */
export function addFileRoutes(app: App, wiring: LoggedFileWiring): void {
  addLoggedFileRoutes(app, wiring)
}
