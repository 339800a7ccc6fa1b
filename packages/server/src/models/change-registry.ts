import type { UpdateModel, UpdateModelVersion } from '@regia/core'
import { getModel } from './read-models.ts'
import { getVersion } from './read-versions.ts'
import type { Write } from './registry-writer.ts'
import { deleteModelTag, describeModel, protectAliases, renameModel, setModelTag } from './write-models.ts'
import { deleteVersionTag, describeVersion, setStage, setVersionTag, type VersionKey } from './write-versions.ts'

/** All of it or nothing; the name last. @throws RegiaError `NOT_FOUND`, `ALREADY_EXISTS`. */
export async function changeModel({ transaction, at, tell }: Write, name: string, change: UpdateModel): Promise<void> {
  const { tags } = await getModel(transaction, name)
  if (change.description !== undefined) await describeModel(transaction, name, change.description, at)
  if (change.protectedAliases) await protectAliases(transaction, name, change.protectedAliases)
  for (const [key, value] of Object.entries(change.tags ?? {})) {
    if (value !== null) {
      await setModelTag(transaction, name, key, value)
      await tell({ kind: 'model-tag-set', key, value })
    } else if (Object.hasOwn(tags, key)) {
      await deleteModelTag(transaction, name, key)
      await tell({ kind: 'model-tag-deleted', key })
    }
  }
  if (change.name !== undefined && change.name !== name) await renameModel(transaction, name, change.name, at)
}

/** All of it or nothing. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`. */
export async function changeVersion(
  { transaction, at, tell }: Write,
  key: VersionKey,
  change: UpdateModelVersion,
): Promise<void> {
  const { tags } = await getVersion(transaction, key.model, key.version)
  if (change.description !== undefined) await describeVersion(transaction, key, change.description, at)
  if (change.stage !== undefined) {
    await setStage(transaction, key, { stage: change.stage, archiveExisting: change.archiveExisting ?? false, at })
  }
  for (const [name, value] of Object.entries(change.tags ?? {})) {
    if (value !== null) {
      await setVersionTag(transaction, key, name, value)
      await tell({ kind: 'version-tag-set', version: key.version, key: name, value })
    } else if (Object.hasOwn(tags, name)) {
      await deleteVersionTag(transaction, key, name)
      await tell({ kind: 'version-tag-deleted', version: key.version, key: name })
    }
  }
}
