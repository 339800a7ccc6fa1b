import { type Digest, type ModelVersion, RegiaError } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'
import { aliasesOf, getModel, type Listed, type Window } from './read-models.ts'

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
  const models = [...new Set(rows.map(({ model }) => model))]
  const aliases = await aliasesOf(connection, models)
  const tags = await connection
    .selectFrom('model_version_tag')
    .selectAll()
    .where('model', 'in', models)
    .where('version', 'in', [...new Set(rows.map(({ version }) => version))])
    .orderBy('key')
    .execute()
  return rows.map((row) => {
    const isOf = (each: { readonly model: string; readonly version: number }) =>
      each.model === row.model && each.version === row.version
    return versionOf(row, {
      aliases: aliases.filter(isOf).map(({ alias }) => alias),
      tags: Object.fromEntries(tags.filter(isOf).map(({ key, value }) => [key, value])),
    })
  })
}

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
