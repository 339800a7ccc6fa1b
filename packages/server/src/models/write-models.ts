import { modelNameSchema, RegiaError, type RegisteredModel } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { findModel, getModel } from './read-models.ts'

export type NewModel = {
  readonly name: string
  readonly description?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
}

/** @throws RegiaError `INVALID_INPUT` for a name that cannot be one. */
export function assertModelName(name: string): void {
  const parsed = modelNameSchema.safeParse(name)
  if (parsed.success) return
  throw new RegiaError('INVALID_INPUT', `"${name.slice(0, 100)}" cannot be the name of a model.`, {
    where: 'name',
    hint: parsed.error.issues[0]?.message ?? 'Use 1 to 250 characters, none of them a control character.',
  })
}

/** @throws RegiaError `ALREADY_EXISTS`. */
export async function insertModel(connection: Connection, model: NewModel, at: string): Promise<RegisteredModel> {
  const { name, description = '', tags = {} } = model
  assertModelName(name)
  await assertFree(connection, name)
  const row = { name, description, last_version: 0, created_at: at, updated_at: at }
  await connection.insertInto('model').values(row).execute()
  for (const [key, value] of Object.entries(tags)) await setModelTag(connection, name, key, value)
  return getModel(connection, name)
}

async function assertFree(connection: Connection, name: string): Promise<void> {
  if (!(await findModel(connection, name))) return
  throw new RegiaError('ALREADY_EXISTS', `There is a registered model "${name}" already.`, {
    where: 'name',
    hint: 'Make a version of it, or choose another name.',
  })
}

export async function describeModel(connection: Connection, name: string, text: string, at: string): Promise<void> {
  await connection.updateTable('model').set({ description: text, updated_at: at }).where('name', '=', name).execute()
}

/** Everything that belongs to it goes along. @throws RegiaError `NOT_FOUND`, `ALREADY_EXISTS`, `INVALID_INPUT`. */
export async function renameModel(connection: Connection, name: string, newName: string, at: string): Promise<void> {
  await getModel(connection, name)
  assertModelName(newName)
  if (name !== newName) await assertFree(connection, newName)
  await connection.updateTable('model').set({ name: newName, updated_at: at }).where('name', '=', name).execute()
}

export async function setModelTag(connection: Connection, model: string, key: string, value: string): Promise<void> {
  await connection
    .insertInto('model_tag')
    .values({ model, key, value })
    .onConflict((conflict) => conflict.columns(['model', 'key']).doUpdateSet({ value }))
    .execute()
}

export async function deleteModelTag(connection: Connection, model: string, key: string): Promise<void> {
  await connection.deleteFrom('model_tag').where('model', '=', model).where('key', '=', key).execute()
}

/** These and no others. */
export async function protectAliases(connection: Connection, model: string, aliases: readonly string[]): Promise<void> {
  await connection.deleteFrom('model_protected_alias').where('model', '=', model).execute()
  const rows = [...new Set(aliases)].map((alias) => ({ model, alias }))
  if (rows.length > 0) await connection.insertInto('model_protected_alias').values(rows).execute()
}
