import type {
  AliasMove,
  AliasRequest,
  CardEdit,
  CreateModel,
  CreateModelVersion,
  DecideRequest,
  ImportModel,
  ModelCard,
  ModelComparison,
  ModelOptimisation,
  ModelVersion,
  OptimisationStatus,
  OptimiseModel,
  Page,
  PageQuery,
  RegisteredModel,
  RequestAlias,
  SearchRegistry,
  UpdateModel,
  UpdateModelVersion,
  WriteCard,
} from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string
/** With `deleted` what can be restored. */
export type ModelListQuery = PageQuery & { readonly deleted?: boolean }
export type AliasRequestListQuery = PageQuery & {
  readonly model?: string
  readonly status?: AliasRequest['status']
}
export type FoundPage<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string }

/** Registered models, their versions and aliases; a part of the client. `version` is a number or an alias where nothing else is said. */
export const modelClient = ({ json, raw }: Transport, at: Path) => ({
  models: {
    /** Registered models by name. */
    list: (query: ModelListQuery = {}) => json<Page<RegisteredModel>>('GET', at('models'), { query }),
    /** Models that match a filter such as `tags.team = 'ops'`; the cursor holds while models come and go. */
    search: (body: SearchRegistry = {}) => json<FoundPage<RegisteredModel>>('POST', at('registry', 'search'), { body }),
    /** A registered model with its aliases. Throws `NOT_FOUND`. */
    get: (name: string) => json<RegisteredModel>('GET', at('models', name)),
    /** A model without versions. Throws `ALREADY_EXISTS`. */
    create: (body: CreateModel) => json<RegisteredModel>('POST', at('models'), { body }),
    /** Another name, description, tags, protected aliases. Throws `CONFLICT` for a new name while an endpoint serves it. */
    update: (name: string, body: UpdateModel) => json<RegisteredModel>('POST', at('models', name), { body }),
    /** With its versions; the name is free at once. Throws `CONFLICT` while an endpoint serves it. */
    delete: (name: string) => json<void>('POST', at('models', name, 'delete')),
    /** Brings back the one of that name that was deleted last. Throws `ALREADY_EXISTS` where the name is in use. */
    restore: (name: string) => json<RegisteredModel>('POST', at('models', name, 'restore')),

    /** Versions, newest first. */
    versions: (name: string, query: ModelListQuery = {}) =>
      json<Page<ModelVersion>>('GET', at('models', name, 'versions'), { query }),
    /** Versions of any model that match a filter such as `run = 'RUN' AND stage = 'Production'`. */
    searchVersions: (body: SearchRegistry = {}) =>
      json<FoundPage<ModelVersion>>('POST', at('registry', 'search-versions'), { body }),
    version: (name: string, version: number | string) =>
      json<ModelVersion>('GET', at('models', name, 'versions', version)),
    /** A version of files that came from elsewhere. An ONNX model is packaged in the background, which `packaging` tells. */
    registerVersion: (name: string, body: CreateModelVersion) =>
      json<ModelVersion>('POST', at('models', name, 'versions'), { body }),
    /**
     * A version of files that were sent with `blobs.put`: an ONNX file with what belongs to it, a folder of MLflow, or a package. Throws `MODEL_INVALID` for
     * what cannot be served, with the way out.
     */
    import: (name: string, body: ImportModel) => json<ModelVersion>('POST', at('models', name, 'import'), { body }),
    /** The version as one zip with everything that belongs to it; `import` takes it in another home. Throws `MODEL_INVALID` where it was refused. */
    archive: async (name: string, version: number | string) =>
      new Uint8Array(await (await raw('GET', at('models', name, 'versions', version, 'archive'))).arrayBuffer()),
    /** Tries again to package a version that was refused. Throws `CONFLICT` for one that has its package. */
    packageVersion: (name: string, version: number | string) =>
      json<ModelVersion>('POST', at('models', name, 'versions', version, 'package')),
    /** Words, tags and stage; what a version is made of never changes. */
    updateVersion: (name: string, version: number | string, body: UpdateModelVersion) =>
      json<ModelVersion>('POST', at('models', name, 'versions', version), { body }),
    /** Takes its aliases away too. Throws `CONFLICT` while an endpoint serves it. */
    deleteVersion: (name: string, version: number | string) =>
      json<void>('POST', at('models', name, 'versions', version, 'delete')),
    /** By its number. */
    restoreVersion: (name: string, version: number) =>
      json<ModelVersion>('POST', at('models', name, 'versions', version, 'restore')),
    /** Makes a version smaller or faster in the background; a new version comes of it only where that pays. Throws `NOT_FOUND` where no held-out rows are known. */
    optimise: (name: string, version: number | string, body: OptimiseModel) =>
      json<ModelOptimisation>('POST', at('models', name, 'versions', version, 'optimisations'), { body }),
    /** How far an optimisation is, and its report when it is done. */
    optimisation: (name: string, id: string) => json<ModelOptimisation>('GET', at('models', name, 'optimisations', id)),
    /** Those of a model, newest first; `optimisations.list` has those of all. */
    optimisations: (name: string, query: PageQuery & { readonly status?: OptimisationStatus } = {}) =>
      json<Page<ModelOptimisation>>('GET', at('models', name, 'optimisations'), { query }),
    /** Two versions side by side. */
    compare: (name: string, before: number | string, after: number | string) =>
      json<ModelComparison>('GET', at('models', name, 'compare'), { query: { before, after } }),

    /** Moves an alias; endpoints that follow it load the version, test it and swap. Throws `CONFLICT` for a protected alias. */
    promote: (name: string, version: number | string, body: { readonly alias: string; readonly reason?: string }) =>
      json<ModelVersion>('POST', at('models', name, 'versions', version, 'promote'), { body }),
    /** One that is not there does no harm. Throws `CONFLICT` while an endpoint follows it, and for a protected alias. */
    deleteAlias: (name: string, alias: string) => json<void>('POST', at('models', name, 'aliases', alias, 'delete')),
    /** How aliases moved, newest first. */
    history: (name: string, query: PageQuery = {}) =>
      json<Page<AliasMove>>('GET', at('models', name, 'history'), { query }),

    /** Asks for a move of a protected alias. */
    request: (name: string, body: RequestAlias) => json<AliasRequest>('POST', at('models', name, 'requests'), { body }),
    /** Requests, what waits first. */
    requests: (query: AliasRequestListQuery = {}) =>
      json<Page<AliasRequest>>('GET', at('registry', 'requests'), { query }),
    /** Moves the alias. Throws `CONFLICT` where it has moved meanwhile, `UNAUTHORIZED` for who asked. */
    approve: (id: number, body: DecideRequest = {}) =>
      json<AliasRequest>('POST', at('registry', 'requests', id, 'approve'), { body }),
    reject: (id: number, body: DecideRequest = {}) =>
      json<AliasRequest>('POST', at('registry', 'requests', id, 'reject'), { body }),
    withdraw: (id: number, body: DecideRequest = {}) =>
      json<AliasRequest>('POST', at('registry', 'requests', id, 'withdraw'), { body }),

    /** What people wrote, over what is known of the version; `markdown` is all of it. */
    card: (name: string, version: number | string) =>
      json<ModelCard>('GET', at('models', name, 'versions', version, 'card')),
    /** Replaces what a version's card says in words. */
    writeCard: (name: string, version: number | string, body: WriteCard) =>
      json<ModelCard>('PUT', at('models', name, 'versions', version, 'card'), { body }),
    /** Replaces the words that stand on the card of every version without its own. */
    writeModelCard: (name: string, body: WriteCard) => json<CardEdit>('PUT', at('models', name, 'card'), { body }),
    /** What a card said and who wrote it, newest first; of the model where no version is named. */
    cardEdits: (name: string, query: PageQuery & { readonly version?: number } = {}) =>
      json<Page<CardEdit>>('GET', at('models', name, 'card', 'edits'), { query }),
  },
})
