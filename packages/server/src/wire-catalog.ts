import type { CatalogDeps } from './catalog/catalog-deps.ts'
import { CatalogService } from './catalog/index.ts'
import type { DataService } from './data/data-service.ts'
import { resolveSourcePath } from './data/resolve-path.ts'
import { isLoopback } from './http/guard.ts'
import type { ModelService } from './models/model-service.ts'

type Parts = Omit<CatalogDeps, 'allowsLoopback' | 'findFile' | 'datasets' | 'models'> & {
  /** Where the server listens: one that serves this machine alone may read what listens on it. */
  readonly host: string
  readonly data: DataService
  readonly registry: ModelService
}

/** Connects the catalog with what it reads from and saves to. */
export const wireCatalog = ({ host, data, registry, ...rest }: Parts): CatalogService =>
  new CatalogService({
    ...rest,
    allowsLoopback: isLoopback(host),
    // A project reads its own files and those of its packages; Regia's folder is no place of its own to read from.
    findFile: (path, projectDir) => resolveSourcePath(path, projectDir, projectDir),
    datasets: {
      getVersion: (name, version) => data.getVersion(name, version),
      readRows: (digest, limit, offset) => data.readRows(digest, limit, offset),
      keepTable: (name, table, origin) => data.keepTable(name, table, origin),
    },
    models: {
      getVersion: (name, version) => registry.getVersion(name, version),
      getPackage: (name, version) => registry.getPackage(name, version),
    },
  })
