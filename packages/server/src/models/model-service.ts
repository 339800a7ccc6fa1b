import {
  type AliasMove,
  type Artifact,
  type Clock,
  type Digest,
  type Lineage,
  type ModelPackage,
  type ModelVersion,
  type Page,
  RegiaError,
  type RegisteredModel,
  type Report,
  servable,
  toIso,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { pageOf } from '../http/paging.ts'
import { listMoves, moveAlias } from './aliases.ts'
import { getModel, listModels } from './read-models.ts'
import { findByDigest, findVersion, getVersion, listVersions } from './read-versions.ts'
import { insertVersion } from './write-versions.ts'

export type ModelDeps = {
  readonly database: Database
  readonly events: EventBus
  readonly clock: Clock
  /** The manifest of a package in the blob store, verified. @throws RegiaError `MODEL_INVALID`, `BLOB_MISSING`. */
  readonly readPackage: (digest: Digest) => Promise<ModelPackage>
  readonly packageSize: (digest: Digest) => Promise<number>
}

export type RegisterModel = {
  readonly model: string
  readonly alias: string
  readonly packageDigest: Digest
  readonly report: Report | undefined
  readonly lineage: Lineage
  readonly by: string
  readonly reason: string
}

export type Promotion = {
  readonly model: string
  readonly version: number | string
  readonly alias: string
  readonly by: string
  readonly reason: string
}

type Window = { readonly limit: number; readonly offset: number }

/** The registry: versions of models and the aliases that point at them. */
export class ModelService {
  readonly #deps: ModelDeps

  constructor(deps: ModelDeps) {
    this.#deps = deps
  }

  /** Makes the next version of a model. The first one becomes champion, later ones get the alias. A package that is there already keeps its version and its aliases. */
  async register(input: RegisterModel): Promise<{ readonly version: number; readonly isNew: boolean }> {
    const { database, events, clock, readPackage } = this.#deps
    const { model, packageDigest, report, lineage, by, reason } = input
    const content = await readPackage(packageDigest)
    const now = toIso(clock())
    const registered = await database.transaction().execute(async (transaction) => {
      const known = await findByDigest(transaction, model, packageDigest)
      if (known !== undefined) return { version: known, isNew: false }
      const version = await insertVersion(transaction, {
        model,
        packaging: { status: 'packaged' },
        packageDigest,
        package: content,
        ...(report && { report }),
        lineage,
        description: '',
        ...(lineage.runId && { runId: lineage.runId }),
        createdAt: now,
        by,
      })
      const alias = version === 1 ? 'champion' : input.alias
      await moveAlias(transaction, { model, alias, toVersion: version, by, reason, at: now })
      return { version, isNew: true }
    })
    if (registered.isNew) events.publish('model', model)
    return registered
  }

  /** Moves an alias to a version. @throws RegiaError `NOT_FOUND`. */
  async promote({ model, version, alias, by, reason }: Promotion): Promise<ModelVersion> {
    if (/^\d+$/.test(alias))
      throw new RegiaError('INVALID_INPUT', `An alias cannot be a number: "${alias}".`, { where: 'body.alias' })
    const { database, events, clock } = this.#deps
    const found = await database.transaction().execute(async (transaction) => {
      const target = await getVersion(transaction, model, version)
      await moveAlias(transaction, { model, alias, toVersion: target.version, by, reason, at: toIso(clock()) })
      return getVersion(transaction, model, target.version)
    })
    events.publish('model', model)
    return found
  }

  async list({ limit, offset }: Window): Promise<Page<RegisteredModel>> {
    const { items, total } = await listModels(this.#deps.database, { limit, offset })
    return pageOf(items, total, offset)
  }

  get(name: string): Promise<RegisteredModel> {
    return getModel(this.#deps.database, name)
  }

  async listVersions(name: string, { limit, offset }: Window): Promise<Page<ModelVersion>> {
    const { items, total } = await listVersions(this.#deps.database, name, { limit, offset })
    return pageOf(items, total, offset)
  }

  /** By number or alias. @throws RegiaError `NOT_FOUND`. */
  getVersion(name: string, version: number | string): Promise<ModelVersion> {
    return getVersion(this.#deps.database, name, version)
  }

  findVersion(name: string, version: number | string): Promise<ModelVersion | undefined> {
    return findVersion(this.#deps.database, name, version)
  }

  async listMoves(name: string, { limit, offset }: Window): Promise<Page<AliasMove>> {
    const { items, total } = await listMoves(this.#deps.database, name, { limit, offset })
    return pageOf(items, total, offset)
  }

  /** The package behind an alias, as pipelines take it. @throws RegiaError `NOT_FOUND`. */
  async getPackage(name: string, alias: string): Promise<Artifact> {
    return this.#artifactOf(await this.getVersion(name, alias))
  }

  async findPackage(name: string, alias: string): Promise<Artifact | undefined> {
    const version = await this.findVersion(name, alias)
    return version && this.#artifactOf(version)
  }

  async #artifactOf(version: ModelVersion): Promise<Artifact> {
    const { packageDigest } = servable(version)
    return { kind: 'model', digest: packageDigest, sizeBytes: await this.#deps.packageSize(packageDigest) }
  }
}
