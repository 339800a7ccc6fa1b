import { type AliasMove, type ModelVersion, RegiaError, type RegisteredModel } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../database/json-text.ts'
import { suggest } from '../http/near-names.ts'

type VersionRow = Tables['model_version']
type Window = { readonly limit: number; readonly offset: number }
type Listed<Item> = { readonly items: readonly Item[]; readonly total: number }

export async function listModels(connection: Connection, { limit, offset }: Window): Promise<Listed<RegisteredModel>> {
  const rows = await connection.selectFrom('model').select('name').orderBy('name').limit(limit).offset(offset).execute()
  const { total } = await connection
    .selectFrom('model')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: await Promise.all(rows.map(({ name }) => getModel(connection, name))), total: Number(total) }
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getModel(connection: Connection, name: string): Promise<RegisteredModel> {
  const model = await connection.selectFrom('model').selectAll().where('name', '=', name).executeTakeFirst()
  if (!model) throw await modelNotFound(connection, name)
  const aliases = await connection
    .selectFrom('model_alias')
    .select(['alias', 'version'])
    .where('model', '=', name)
    .orderBy('alias')
    .execute()
  return {
    name,
    description: model.description,
    latestVersion: await latestVersion(connection, name),
    aliases,
    createdAt: model.created_at,
    updatedAt: model.updated_at,
  }
}

export async function latestVersion(connection: Connection, name: string): Promise<number> {
  const row = await connection
    .selectFrom('model_version')
    .select(({ fn }) => fn.max('version').as('version'))
    .where('model', '=', name)
    .executeTakeFirst()
  return row?.version ?? 0
}

/** Newest first. */
export async function listVersions(
  connection: Connection,
  name: string,
  { limit, offset }: Window,
): Promise<Listed<ModelVersion>> {
  const { latestVersion: total, aliases } = await getModel(connection, name)
  const rows = await connection
    .selectFrom('model_version')
    .selectAll()
    .where('model', '=', name)
    .orderBy('version', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  return { items: rows.map((row) => versionOf(row, aliases)), total }
}

/** By number or alias; `undefined` where either is not there. */
export async function findVersion(
  connection: Connection,
  name: string,
  version: string | number,
): Promise<ModelVersion | undefined> {
  const aliases = await connection
    .selectFrom('model_alias')
    .select(['alias', 'version'])
    .where('model', '=', name)
    .execute()
  const number = /^\d+$/.test(String(version))
    ? Number(version)
    : aliases.find(({ alias }) => alias === version)?.version
  if (number === undefined) return undefined
  const row = await connection
    .selectFrom('model_version')
    .selectAll()
    .where('model', '=', name)
    .where('version', '=', number)
    .executeTakeFirst()
  return row && versionOf(row, aliases)
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getVersion(
  connection: Connection,
  name: string,
  version: string | number,
): Promise<ModelVersion> {
  const found = await findVersion(connection, name, version)
  if (found) return found
  const { aliases, latestVersion: latest } = await getModel(connection, name)
  const known = aliases.map((each) => `${each.alias} (version ${each.version})`).join(', ') || 'none'
  throw new RegiaError('NOT_FOUND', `Model "${name}" has no version or alias "${version}".`, {
    hint: `It has versions 1 to ${latest}; aliases: ${known}.`,
  })
}

export async function findByDigest(
  connection: Connection,
  name: string,
  digest: ModelVersion['packageDigest'],
): Promise<number | undefined> {
  const row = await connection
    .selectFrom('model_version')
    .select('version')
    .where('model', '=', name)
    .where('package_digest', '=', digest)
    .executeTakeFirst()
  return row?.version
}

export type NewVersion = Omit<ModelVersion, 'version' | 'aliases'>

export async function insertVersion(connection: Connection, version: NewVersion): Promise<number> {
  const { model, createdAt } = version
  await connection
    .insertInto('model')
    .values({ name: model, description: '', created_at: createdAt, updated_at: createdAt })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ updated_at: createdAt }))
    .execute()
  const number = (await latestVersion(connection, model)) + 1
  await connection
    .insertInto('model_version')
    .values({
      model,
      version: number,
      package_digest: version.packageDigest,
      package: encodeJson(version.package),
      report: version.report ? encodeJson(version.report) : null,
      lineage: encodeJson(version.lineage),
      created_at: createdAt,
    })
    .execute()
  return number
}

/** Moves an alias and writes down who, when and why; one that stands there already does not move. */
export async function moveAlias(connection: Connection, move: Omit<AliasMove, 'fromVersion'>): Promise<boolean> {
  const { model, alias, toVersion } = move
  const before = await connection
    .selectFrom('model_alias')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst()
  if (before?.version === toVersion) return false
  await connection
    .insertInto('model_alias')
    .values({ model, alias, version: toVersion })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version: toVersion }))
    .execute()
  const last = await connection
    .selectFrom('alias_move')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('model', '=', model)
    .executeTakeFirst()
  await connection
    .insertInto('alias_move')
    .values({
      model,
      number: (last?.number ?? 0) + 1,
      alias,
      from_version: before?.version ?? null,
      to_version: toVersion,
      moved_by: move.by,
      reason: move.reason,
      moved_at: move.at,
    })
    .execute()
  return true
}

/** Newest first. */
export async function listMoves(
  connection: Connection,
  name: string,
  { limit, offset }: Window,
): Promise<Listed<AliasMove>> {
  await getModel(connection, name)
  const rows = await connection
    .selectFrom('alias_move')
    .selectAll()
    .where('model', '=', name)
    .orderBy('number', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await connection
    .selectFrom('alias_move')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('model', '=', name)
    .executeTakeFirstOrThrow()
  const items = rows.map((row) => ({
    model: row.model,
    alias: row.alias,
    ...(row.from_version !== null && { fromVersion: row.from_version }),
    toVersion: row.to_version,
    by: row.moved_by,
    reason: row.reason,
    at: row.moved_at,
  }))
  return { items, total: Number(total) }
}

function versionOf(
  row: VersionRow,
  aliases: readonly { readonly alias: string; readonly version: number }[],
): ModelVersion {
  const report = decodeOptionalJson(row.report)
  return {
    model: row.model,
    version: row.version,
    packageDigest: row.package_digest,
    package: decodeJson(row.package),
    aliases: aliases.filter(({ version }) => version === row.version).map(({ alias }) => alias),
    ...(report && { report }),
    lineage: decodeJson(row.lineage),
    createdAt: row.created_at,
  }
}

async function modelNotFound(connection: Connection, name: string): Promise<RegiaError> {
  const rows = await connection.selectFrom('model').select('name').orderBy('name').execute()
  const names = rows.map((row) => row.name)
  const hint = names.length === 0 ? 'Run a pipeline with a register step first.' : suggest(name, names)
  return new RegiaError('NOT_FOUND', `There is no registered model "${name}".`, { hint })
}
