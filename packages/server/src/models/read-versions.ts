import { type Digest, type ModelVersion, RegiaError } from '@regia/core'
import { sql } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'
import { getModel, type Listed, type Window } from './read-models.ts'

export type VersionRow = Tables['model_version']

/** Newest first. */
export async function listVersions(
  connection: Connection,
  name: string,
  { limit, offset }: Window,
  isDeleted = false,
): Promise<Listed<ModelVersion>> {
  await getModel(connection, name)
  const found = connection
    .selectFrom('model_version')
    .where('model', '=', name)
    .where('deleted_at', isDeleted ? 'is not' : 'is', null)
  const rows = await found.selectAll().orderBy('version', 'desc').limit(limit).offset(offset).execute()
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: await versionsOf(connection, rows), total: Number(total) }
}

/** By number or alias; `undefined` where either is not there. */
export async function findVersion(
  connection: Connection,
  name: string,
  version: string | number,
): Promise<ModelVersion | undefined> {
  const number = /^\d+$/.test(String(version)) ? Number(version) : await aliasTarget(connection, name, String(version))
  if (number === undefined) return undefined
  const row = await connection
    .selectFrom('model_version')
    .selectAll()
    .where('model', '=', name)
    .where('version', '=', number)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && (await versionsOf(connection, [row]))[0]
}

export async function aliasTarget(connection: Connection, name: string, alias: string): Promise<number | undefined> {
  const row = await connection
    .selectFrom('model_alias')
    .select('version')
    .where('model', '=', name)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return row?.version
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
    hint: `${latest === 0 ? 'It has no versions' : `Its latest version is ${latest}`}; aliases: ${known}.`,
  })
}

/** The version that has a package; `undefined` where there is none. */
export async function findByDigest(connection: Connection, name: string, digest: Digest): Promise<number | undefined> {
  const row = await connection
    .selectFrom('model_version')
    .select('version')
    .where('model', '=', name)
    .where('package_digest', '=', digest)
    .where('deleted_at', 'is', null)
    .orderBy('version')
    .executeTakeFirst()
  return row?.version
}

/** Rows with their aliases and tags, in the rows' order. */
export async function versionsOf(
  connection: Connection,
  rows: readonly VersionRow[],
): Promise<readonly ModelVersion[]> {
  if (rows.length === 0) return []
  const aliases = Map.groupBy(await aliasesOfVersions(connection, rows), keyOf)
  const tags = Map.groupBy(await tagsOfVersions(connection, rows), keyOf)
  return rows.map((row) =>
    versionOf(row, {
      aliases: (aliases.get(keyOf(row)) ?? []).map(({ alias }) => alias),
      tags: Object.fromEntries((tags.get(keyOf(row)) ?? []).map(({ key, value }) => [key, value])),
    }),
  )
}

type VersionKey = { readonly model: string; readonly version: number }

/** The number first, which no name can continue. */
const keyOf = ({ model, version }: VersionKey): string => `${version} ${model}`

async function tagsOfVersions(connection: Connection, rows: readonly VersionKey[]) {
  const { rows: tags } = await sql<VersionKey & { readonly key: string; readonly value: string }>`
    select tag.model, tag.version, tag.key, tag.value from ${wanted(rows)} as wanted
    cross join model_version_tag tag on tag.model = wanted.model and tag.version = wanted.version order by tag.key
  `.execute(connection)
  return tags
}

async function aliasesOfVersions(connection: Connection, rows: readonly VersionKey[]) {
  const { rows: aliases } = await sql<VersionKey & { readonly alias: string }>`
    select alias.model, alias.version, alias.alias from ${wanted(rows)} as wanted
    cross join model_alias alias on alias.model = wanted.model and alias.version = wanted.version order by alias.alias
  `.execute(connection)
  return aliases
}

/**
 * As many as there may be on a page of a foreign protocol: more than a statement takes parameters. They have no index, so that `cross join`, which
 * keeps the order, looks for each of them once in the index of the other table.
 */
const wanted = (rows: readonly VersionKey[]) =>
  bulkRows(
    ['model', 'version'],
    rows.map(({ model, version }) => [model, version]),
  )

function versionOf(row: VersionRow, { aliases, tags }: Pick<ModelVersion, 'aliases' | 'tags'>): ModelVersion {
  const report = decodeOptionalJson(row.report)
  const manifest = decodeOptionalJson(row.package)
  return {
    model: row.model,
    version: row.version,
    packaging: {
      status: row.packaging,
      ...(row.packaging_reason !== null && { reason: row.packaging_reason }),
      ...(row.packaging_hint !== null && { hint: row.packaging_hint }),
    },
    ...(row.package_digest !== null && { packageDigest: row.package_digest }),
    ...(manifest && { package: manifest }),
    aliases,
    description: row.description,
    tags,
    stage: row.stage,
    ...(row.source !== null && { source: row.source }),
    ...(row.location !== null && { location: row.location }),
    ...(row.run_id !== null && { runId: row.run_id }),
    ...(row.run_link !== null && { runLink: row.run_link }),
    ...(row.logged_model_id !== null && { loggedModelId: row.logged_model_id }),
    updatedAt: row.updated_at,
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
    ...(report && { report }),
    lineage: decodeJson(row.lineage),
    createdAt: row.created_at,
  }
}
