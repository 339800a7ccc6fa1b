import { join } from 'node:path'
import type { ArtifactTree, Clock, IdFactory, ModelVersion } from '@regia/core'
import { type BlobStore, type ReadSecret, readModelPackage } from '@regia/engine'
import type { DataService } from './data/data-service.ts'
import type { Database } from './database/database.ts'
import type { EventBus } from './events/bus.ts'
import { ArchiveWriter } from './models/importing/archive-writer.ts'
import { ModelImporter } from './models/importing/model-importer.ts'
import type { ModelService } from './models/model-service.ts'
import { ModelOptimiser } from './models/optimising/model-optimiser.ts'
import { addressOfFiles } from './models/packaging/address-of-files.ts'
import { Packager } from './models/packaging/packager.ts'
import type { TrackingParts } from './wire-tracking.ts'

export type PackagerWiring = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly events: EventBus
  readonly clock: Clock
  readonly home: string
  readonly models: ModelService
  readonly tracking: Pick<TrackingParts, 'runs' | 'loggedModels'>
  readonly files: ArtifactTree
  readonly onError: (error: unknown) => void
}

/** What packages models that came from elsewhere, connected with where their files are. */
export const wirePackager = ({ blobs, home, models, tracking, files, ...rest }: PackagerWiring): Packager =>
  new Packager({
    ...rest,
    ...tracking,
    blobs,
    tree: files,
    tempDir: join(home, 'tmp'),
    findVersion: (model, version) => models.findVersion(model, version),
    readPackage: async (digest) => readModelPackage(await blobs.read(digest)).manifest,
  })

type ExchangeWiring = Pick<PackagerWiring, 'blobs' | 'home' | 'models'>

/** What makes versions of files that are sent. */
export const wireImporter = ({
  blobs,
  home,
  models,
  readSecret,
}: ExchangeWiring & { readonly readSecret: ReadSecret }) =>
  new ModelImporter({
    ...{ blobs, readSecret },
    tempDir: join(home, 'tmp'),
    register: (input) => models.register(input),
    getVersion: (model, version) => models.getVersion(model, version),
  })

/** What writes versions for other homes. */
export const wireArchives = ({ blobs, home, models }: ExchangeWiring) =>
  new ArchiveWriter({
    blobs,
    tempDir: join(home, 'tmp'),
    getVersion: (model, version) => models.getVersion(model, version),
    getCard: (model, version) => models.cards.get(model, version),
  })

type OptimiserWiring = ExchangeWiring &
  Pick<PackagerWiring, 'clock' | 'onError' | 'database'> & {
    readonly newId: IdFactory
    readonly data: Pick<DataService, 'getArtifact'>
  }

/** What makes versions smaller or faster, connected with the datasets that they are judged on. */
export const wireOptimiser = ({ home, models, data, ...rest }: OptimiserWiring): ModelOptimiser =>
  new ModelOptimiser({
    ...rest,
    tempDir: join(home, 'tmp'),
    getVersion: (model, version) => models.getVersion(model, version),
    register: (input) => models.register(input),
    getTable: async (name, which) => {
      const { version, artifact } = await data.getArtifact(name, which)
      return { version, digest: artifact.digest }
    },
  })

/** Finds the files that versions came with. */
export const fileFinder =
  (models: ModelService, { runs, loggedModels }: PackagerWiring['tracking']) =>
  (version: ModelVersion): Promise<string | undefined> =>
    addressOfFiles({ runs, loggedModels, findVersion: (model, wanted) => models.findVersion(model, wanted) }, version)
