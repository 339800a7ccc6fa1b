import { RegiaError, type RegisteredModel } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { suggest } from '../http/near-names.ts'

export type Window = { readonly limit: number; readonly offset: number }
export type Listed<Item> = { readonly items: readonly Item[]; readonly total: number }
export type ModelRow = Tables['model']

export async function listModels(
  connection: Connection,
  { limit, offset }: Window,
  isDeleted = false,
): Promise<Listed<RegisteredModel>> {
  const which = connection.selectFrom('model').where('deleted_at', isDeleted ? 'is not' : 'is', null)
  const rows = await which.selectAll().orderBy('name').limit(limit).offset(offset).execute()
  const { total } = await which.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: await modelsOf(connection, rows), total: Number(total) }
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getModel(connection: Connection, name: string): Promise<RegisteredModel> {
  const found = await findModel(connection, name)
  if (!found) throw await modelNotFound(connection, name)
  return found
}

export async function findModel(connection: Connection, name: string): Promise<RegisteredModel | undefined> {
  const row = await connection
    .selectFrom('model')
    .selectAll()
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && (await modelsOf(connection, [row]))[0]
}

/** Rows with what hangs on them, in the rows' order: one query for each kind, however many rows. */
export async function modelsOf(connection: Connection, rows: readonly ModelRow[]): Promise<readonly RegisteredModel[]> {
  const names = rows.map(({ name }) => name)
  if (names.length === 0) return []
  const [aliases, tags, guarded, latest] = [
    await aliasesOf(connection, names),
    await connection.selectFrom('model_tag').selectAll().where('model', 'in', names).orderBy('key').execute(),
    await connection.selectFrom('model_protected_alias').selectAll().where('model', 'in', names).execute(),
    await connection
      .selectFrom('model_version')
      .select(['model', ({ fn }) => fn.max('version').as('version')])
      .where('model', 'in', names)
      .where('deleted_at', 'is', null)
      .groupBy('model')
      .execute(),
  ]
  return rows.map((row) => ({
    name: row.deleted_name ?? row.name,
    description: row.description,
    tags: Object.fromEntries(tags.filter((tag) => tag.model === row.name).map(({ key, value }) => [key, value])),
    protectedAliases: guarded.filter(({ model }) => model === row.name).map(({ alias }) => alias),
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
    latestVersion: latest.find(({ model }) => model === row.name)?.version ?? 0,
    aliases: aliases.filter(({ model }) => model === row.name).map(({ alias, version }) => ({ alias, version })),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
}

/** Where the aliases of models stand, by name. */
export const aliasesOf = (connection: Connection, models: readonly string[]) =>
  connection.selectFrom('model_alias').selectAll().where('model', 'in', models).orderBy('alias').execute()

export async function modelNotFound(connection: Connection, name: string): Promise<RegiaError> {
  const rows = await connection
    .selectFrom('model')
    .select('name')
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute()
  const names = rows.map((row) => row.name)
  const hint = names.length === 0 ? 'Run a pipeline with a register step first.' : suggest(name, names)
  return new RegiaError('NOT_FOUND', `There is no registered model "${name}".`, { hint })
}
