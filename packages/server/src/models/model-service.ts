import {
  type AliasMove,
  type Artifact,
  aliasSchema,
  compareVersions,
  type Found,
  type MeasuredSpeed,
  type ModelComparison,
  type ModelVersion,
  type NewModelVersion,
  type Page,
  RegiaError,
  type RegisteredModel,
  type Registry,
  type RegistrySearch,
  type Stage,
  servable,
  toIso,
  type UpdateModel,
  type UpdateModelVersion,
} from '@regia/core'
import { pageOf } from '../http/paging.ts'
import { AliasApprovals, assertUnprotected } from './alias-approvals.ts'
import { listMoves } from './aliases.ts'
import { ModelCards } from './cards.ts'
import { changeModel, changeVersion } from './change-registry.ts'
import { buryModel, buryVersion, type Purged, purgeDeleted, raiseModel, raiseVersion } from './deletion.ts'
import { assertNotFollowed, type Wanted } from './followers.ts'
import { latestByStage } from './latest-by-stage.ts'
import type { ModelDeps } from './model-deps.ts'
import { findModel, getModel, listModels, type Window } from './read-models.ts'
import { aliasTarget, findByDigest, findVersion, getVersion, listVersions } from './read-versions.ts'
import { type RegisterModel, registerPackage } from './register-package.ts'
import { moveAndTell, RegistryWriter } from './registry-writer.ts'
import { searchModels, searchVersions } from './search-registry.ts'
import { insertModel, type NewModel } from './write-models.ts'
import { insertVersion, packageAgain, setVersionTag } from './write-versions.ts'

export type Promotion = {
  readonly model: string
  readonly version: number | string
  readonly alias: string
  readonly by: string
  readonly reason: string
}

/** The registry: versions of models, the aliases that point at them, and what people write about both. What a version is never changes. */
export class ModelService implements Registry {
  readonly approvals: AliasApprovals
  readonly cards: ModelCards
  readonly #deps: ModelDeps
  readonly #writer: RegistryWriter

  constructor(deps: ModelDeps) {
    this.#deps = deps
    this.#writer = new RegistryWriter(deps)
    this.approvals = new AliasApprovals(deps.database, this.#writer)
    this.cards = new ModelCards(deps.database, this.#writer)
  }

  /**
   * Makes the next version of a model. The first one becomes champion, later ones get the alias; a protected alias is asked for instead. A
   * package that is there already keeps its version and its aliases.
   */
  async register(input: RegisterModel): Promise<{ readonly version: number; readonly isNew: boolean }> {
    const { model, packageDigest } = input
    const content = await this.#deps.readPackage(packageDigest)
    const registered = await this.#writer.transact(async (transaction, at) => {
      const known = await findByDigest(transaction, model, packageDigest)
      if (known !== undefined) return { version: known, isNew: false }
      const write = { transaction, at, tell: this.#writer.tellOf(transaction, model) }
      return { version: await registerPackage(write, input, content), isNew: true }
    })
    if (registered.isNew) this.#writer.announce(model)
    return registered
  }

  create(model: NewModel): Promise<RegisteredModel> {
    return this.#writer.change(model.name, async ({ transaction, at, tell }) => {
      const made = await insertModel(transaction, model, at)
      await tell({ kind: 'model-created' })
      return made
    })
  }

  get(name: string): Promise<RegisteredModel> {
    return getModel(this.#deps.database, name)
  }

  async list({ limit, offset }: Window, isDeleted = false): Promise<Page<RegisteredModel>> {
    const { items, total } = await listModels(this.#deps.database, { limit, offset }, isDeleted)
    return pageOf(items, total, offset)
  }

  search(search: RegistrySearch): Promise<Found<RegisteredModel>> {
    return searchModels(this.#deps.database, search)
  }

  /** Name, description, tags and protected aliases at once. @throws RegiaError `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT`, `INVALID_INPUT`. */
  async change(name: string, change: UpdateModel): Promise<RegisteredModel> {
    for (const alias of change.protectedAliases ?? []) assertAlias(alias)
    const newName = change.name ?? name
    if (newName !== name) await this.#assertNotFollowed({ model: name }, 'renamed')
    const changed = await this.#writer.change(name, async (write) => {
      await changeModel(write, name, change)
      return getModel(write.transaction, newName)
    })
    if (newName === name) return changed
    this.#writer.announce(newName)
    this.#deps.onPending?.()
    return changed
  }

  update(name: string, { description }: { readonly description?: string | undefined }): Promise<RegisteredModel> {
    return this.change(name, { description })
  }

  rename(name: string, newName: string): Promise<RegisteredModel> {
    return this.change(name, { name: newName })
  }

  async setTag(name: string, key: string, value: string): Promise<void> {
    await this.change(name, { tags: { [key]: value } })
  }

  /** One that is not there does no harm. */
  async deleteTag(name: string, key: string): Promise<void> {
    await this.change(name, { tags: { [key]: null } })
  }

  /** These aliases move only by a request that somebody else approves. @throws RegiaError `INVALID_INPUT`. */
  protect(name: string, aliases: readonly string[]): Promise<RegisteredModel> {
    return this.change(name, { protectedAliases: [...aliases] })
  }

  async delete(name: string, by: string): Promise<void> {
    await this.#assertNotFollowed({ model: name }, 'deleted')
    await this.#writer.change(name, ({ transaction, at }) => buryModel(transaction, name, { by, at }))
  }

  /** The one of that name that was deleted last, with versions and aliases. @throws RegiaError `NOT_FOUND`, `CONFLICT`, `ALREADY_EXISTS`. */
  async restore(name: string): Promise<RegisteredModel> {
    const restored = await this.#writer.change(name, async ({ transaction }) => {
      await raiseModel(transaction, name)
      return getModel(transaction, name)
    })
    this.#deps.onPending?.()
    return restored
  }

  /** Of files that came from elsewhere; they are packaged afterwards. */
  async createVersion(version: NewModelVersion): Promise<ModelVersion> {
    const { model, version: wanted, description = '', tags = {}, ...rest } = version
    const made = await this.#writer.change(model, async ({ transaction, at, tell }) => {
      await getModel(transaction, model)
      const number = await insertVersion(transaction, {
        ...rest,
        model,
        description,
        packaging: { status: 'pending' },
        lineage: { datasets: [], params: {}, artifacts: {} },
        createdAt: at,
        ...(wanted !== undefined && { version: wanted }),
      })
      for (const [key, value] of Object.entries(tags))
        await setVersionTag(transaction, { model, version: number }, key, value)
      const found = await getVersion(transaction, model, number)
      await tell({ kind: 'version-created', version: found })
      return found
    })
    this.#deps.onPending?.()
    return made
  }

  /** By number or alias. @throws RegiaError `NOT_FOUND`. */
  getVersion(model: string, version: number | string): Promise<ModelVersion> {
    return getVersion(this.#deps.database, model, version)
  }

  findVersion(model: string, version: number | string): Promise<ModelVersion | undefined> {
    return findVersion(this.#deps.database, model, version)
  }

  async listVersions(name: string, { limit, offset }: Window, isDeleted = false): Promise<Page<ModelVersion>> {
    const { items, total } = await listVersions(this.#deps.database, name, { limit, offset }, isDeleted)
    return pageOf(items, total, offset)
  }

  searchVersions(search: RegistrySearch): Promise<Found<ModelVersion>> {
    return searchVersions(this.#deps.database, search)
  }

  latestByStage(models: readonly string[]): Promise<readonly ModelVersion[]> {
    return latestByStage(this.#deps.database, models)
  }

  /** Tries again to package a version that was refused, such as after a file came late. @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  async packageAgain(model: string, which: number | string): Promise<ModelVersion> {
    const changed = await this.#writer.change(model, async ({ transaction, at }) => {
      const { version } = await getVersion(transaction, model, which)
      await packageAgain(transaction, { model, version }, at)
      return getVersion(transaction, model, version)
    })
    this.#deps.onPending?.()
    return changed
  }

  /** Description, tags and stage at once. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`. */
  changeVersion(model: string, which: number | string, change: UpdateModelVersion): Promise<ModelVersion> {
    return this.#writer.change(model, async (write) => {
      const { version } = await getVersion(write.transaction, model, which)
      await changeVersion(write, { model, version }, change)
      return getVersion(write.transaction, model, version)
    })
  }

  updateVersion(
    model: string,
    version: number,
    { description }: { readonly description?: string | undefined },
  ): Promise<ModelVersion> {
    return this.changeVersion(model, version, { description })
  }

  async setVersionTag(model: string, version: number, key: string, value: string): Promise<void> {
    await this.changeVersion(model, version, { tags: { [key]: value } })
  }

  /** One that is not there does no harm. */
  async deleteVersionTag(model: string, version: number, key: string): Promise<void> {
    await this.changeVersion(model, version, { tags: { [key]: null } })
  }

  setStage(model: string, version: number, stage: Stage, archiveExisting: boolean): Promise<ModelVersion> {
    return this.changeVersion(model, version, { stage, archiveExisting })
  }

  async deleteVersion(model: string, version: number, by: string): Promise<void> {
    await this.#assertNotFollowed({ model, version }, 'deleted')
    const { aliases } = await this.getVersion(model, version)
    for (const alias of aliases) await this.#assertNotFollowed({ model, alias }, 'deleted')
    await this.#writer.change(model, async ({ transaction, at, tell }) => {
      for (const alias of (await getVersion(transaction, model, version)).aliases)
        await assertUnprotected(transaction, { model, alias, version })
      for (const alias of await buryVersion(transaction, model, version, { by, at }))
        await tell({ kind: 'alias-deleted', alias })
    })
  }

  /** Without the aliases that it had. @throws RegiaError `NOT_FOUND`. */
  async restoreVersion(model: string, version: number): Promise<ModelVersion> {
    const restored = await this.#writer.change(model, async ({ transaction, at }) => {
      await raiseVersion(transaction, model, version, at)
      return getVersion(transaction, model, version)
    })
    this.#deps.onPending?.()
    return restored
  }

  /** Moves an alias to a version. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`, `CONFLICT` for a protected alias. */
  promote({ model, version, alias, by, reason }: Promotion): Promise<ModelVersion> {
    assertAlias(alias)
    return this.#writer.change(model, async (write) => {
      const { transaction } = write
      const target = await getVersion(transaction, model, version)
      await assertUnprotected(transaction, { model, alias, version: target.version })
      await moveAndTell(write, { model, alias, toVersion: target.version, by, reason })
      return getVersion(transaction, model, target.version)
    })
  }

  /** Whether an alias moves only by a request. */
  async isProtected(model: string, alias: string): Promise<boolean> {
    return (await findModel(this.#deps.database, model))?.protectedAliases.includes(alias) ?? false
  }

  async deleteAlias(model: string, alias: string, by: string): Promise<void> {
    await this.#assertNotFollowed({ model, alias }, 'deleted')
    await this.#writer.change(model, async (write) => {
      const { transaction } = write
      await getModel(transaction, model)
      const version = await aliasTarget(transaction, model, alias)
      if (version === undefined) return
      await assertUnprotected(transaction, { model, alias, version })
      await moveAndTell(write, { model, alias, by, reason: 'Taken away by hand.' })
    })
  }

  async listMoves(name: string, { limit, offset }: Window): Promise<Page<AliasMove>> {
    const { items, total } = await listMoves(this.#deps.database, name, { limit, offset })
    return pageOf(items, total, offset)
  }

  /** @param before - A number or alias, as `after`. */
  async compare(model: string, before: number | string, after: number | string): Promise<ModelComparison> {
    const [was, is] = [await this.getVersion(model, before), await this.getVersion(model, after)]
    return compareVersions(was, is, await this.#speedOf(was, is))
  }

  /** Takes away for good what has been deleted for longer; with `isDryRun` it only counts. */
  purgeDeleted({
    olderThanMs,
    isDryRun = false,
  }: {
    readonly olderThanMs: number
    readonly isDryRun?: boolean
  }): Promise<Purged> {
    const { database, clock } = this.#deps
    const deletedBefore = toIso(Math.max(0, clock() - olderThanMs))
    return database.transaction().execute((transaction) => purgeDeleted(transaction, deletedBefore, isDryRun))
  }

  /** The package behind an alias, as pipelines take it. @throws RegiaError `NOT_FOUND`, `CONFLICT`, `MODEL_INVALID`. */
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

  async #speedOf(before: ModelVersion, after: ModelVersion): Promise<MeasuredSpeed> {
    const { speedOf } = this.#deps
    if (!speedOf) return {}
    return { before: await speedOf(before), after: await speedOf(after) }
  }

  async #assertNotFollowed(wanted: Wanted, act: 'deleted' | 'renamed'): Promise<void> {
    assertNotFollowed((await this.#deps.followers?.()) ?? [], wanted, act)
  }
}

/** @throws RegiaError `INVALID_INPUT`. */
function assertAlias(alias: string): void {
  const parsed = aliasSchema.safeParse(alias)
  if (parsed.success) return
  throw new RegiaError('INVALID_INPUT', `"${alias.slice(0, 100)}" cannot be an alias.`, {
    where: 'body.alias',
    hint: parsed.error.issues[0]?.message ?? 'Use letters, digits, "_" and "-".',
  })
}
