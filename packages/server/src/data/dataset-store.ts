import { canonicalJson, type Dataset, type DatasetVersion, type Digest, RegiaError } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, decodeOptionalJson, encodeJson } from '../database/json-text.ts'
import { suggest } from '../http/near-names.ts'

type VersionRow = Tables['dataset_version']
type Window = { readonly limit: number; readonly offset: number }

export async function listDatasets(
  connection: Connection,
  { limit, offset }: Window,
): Promise<{ readonly items: readonly Dataset[]; readonly total: number }> {
  const rows = await connection
    .selectFrom('dataset')
    .select('name')
    .orderBy('name')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await connection
    .selectFrom('dataset')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: await Promise.all(rows.map(({ name }) => getDataset(connection, name))), total: Number(total) }
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getDataset(connection: Connection, name: string): Promise<Dataset> {
  const dataset = await connection.selectFrom('dataset').selectAll().where('name', '=', name).executeTakeFirst()
  if (!dataset) throw await notFound(connection, name)
  const latest = await getVersion(connection, name, 'latest')
  return {
    name,
    description: dataset.description,
    latestVersion: latest.version,
    versionCount: latest.version,
    rowCount: latest.validRowCount,
    sizeBytes: latest.sizeBytes,
    createdAt: dataset.created_at,
    updatedAt: dataset.updated_at,
  }
}

/** Newest first. */
export async function listVersions(
  connection: Connection,
  name: string,
  { limit, offset }: Window,
): Promise<{ readonly items: readonly DatasetVersion[]; readonly total: number }> {
  const { versionCount } = await getDataset(connection, name)
  const rows = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .where('dataset', '=', name)
    .orderBy('version', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  return { items: rows.map(versionOf), total: versionCount }
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getVersion(
  connection: Connection,
  name: string,
  version: number | 'latest',
): Promise<DatasetVersion> {
  const row = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .where('dataset', '=', name)
    .$if(version !== 'latest', (select) => select.where('version', '=', Number(version)))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row) return versionOf(row)
  throw await notFound(connection, name, version)
}

/** The version made from this source with this schema, if there is one: there is no need to read the source again. */
export async function findBySource(
  connection: Connection,
  name: string,
  sourceDigest: Digest,
  schema: DatasetVersion['schema'],
): Promise<DatasetVersion | undefined> {
  const rows = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .where('dataset', '=', name)
    .where('source_digest', '=', sourceDigest)
    .orderBy('version', 'desc')
    .execute()
  return rows.map(versionOf).find((version) => isSameSchema(version.schema, schema))
}

export type NewVersion = Omit<DatasetVersion, 'version'>

/** Keeps a version; content that is there already, under the same schema, is the version that it was. */
export async function saveVersion(
  connection: Connection,
  version: NewVersion,
  description: string | undefined,
): Promise<{ readonly version: DatasetVersion; readonly isNew: boolean }> {
  await saveDataset(connection, version.dataset, description, version.createdAt)
  const rows = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .where('dataset', '=', version.dataset)
    .orderBy('version', 'desc')
    .execute()
  const same = rows.map(versionOf).find((other) => isSameContent(other, version))
  if (same) return { version: same, isNew: false }
  return { version: await insertVersion(connection, version, (rows[0]?.version ?? 0) + 1), isNew: true }
}

/** Keeps a version as the newest one. Only where the newest has the same content there is nothing to keep: an older one that has it is not what was meant last. */
export async function saveNewest(
  connection: Connection,
  version: NewVersion,
  description: string | undefined,
): Promise<{ readonly version: DatasetVersion; readonly isNew: boolean }> {
  await saveDataset(connection, version.dataset, description, version.createdAt)
  const newest = await findNewest(connection, version.dataset)
  if (newest && isSameContent(newest, version)) return { version: newest, isNew: false }
  return { version: await insertVersion(connection, version, (newest?.version ?? 0) + 1), isNew: true }
}

/** The newest version of a dataset, if there is one. */
export async function findNewest(connection: Connection, name: string): Promise<DatasetVersion | undefined> {
  const row = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .where('dataset', '=', name)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && versionOf(row)
}

async function insertVersion(connection: Connection, version: NewVersion, number: number): Promise<DatasetVersion> {
  const saved = { ...version, version: number }
  await connection.insertInto('dataset_version').values(rowOf(saved)).execute()
  await connection
    .updateTable('dataset')
    .set({ updated_at: version.createdAt })
    .where('name', '=', version.dataset)
    .execute()
  return saved
}

async function saveDataset(
  connection: Connection,
  name: string,
  description: string | undefined,
  now: string,
): Promise<void> {
  await connection
    .insertInto('dataset')
    .values({ name, description: description ?? '', created_at: now, updated_at: now })
    .onConflict((conflict) =>
      description === undefined ? conflict.doNothing() : conflict.column('name').doUpdateSet({ description }),
    )
    .execute()
}

const isSameContent = (a: NewVersion, b: NewVersion): boolean =>
  a.digest === b.digest && a.quarantineDigest === b.quarantineDigest && isSameSchema(a.schema, b.schema)

const isSameSchema = (a: DatasetVersion['schema'], b: DatasetVersion['schema']): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null)

function versionOf(row: VersionRow): DatasetVersion {
  const schema = decodeOptionalJson(row.schema)
  return {
    dataset: row.dataset,
    version: row.version,
    digest: row.digest,
    sourceDigest: row.source_digest,
    sourceName: row.source_name,
    columns: decodeJson(row.columns),
    ...(schema && { schema }),
    rowCount: row.row_count,
    validRowCount: row.valid_row_count,
    quarantinedRowCount: row.quarantined_row_count,
    ...(row.quarantine_digest !== null && { quarantineDigest: row.quarantine_digest }),
    quarantineReasons: decodeJson(row.quarantine_reasons),
    profile: decodeJson(row.profile),
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
    ...(row.run_id !== null && { runId: row.run_id }),
  }
}

const rowOf = (version: DatasetVersion): VersionRow => ({
  dataset: version.dataset,
  version: version.version,
  digest: version.digest,
  source_digest: version.sourceDigest,
  source_name: version.sourceName,
  columns: encodeJson(version.columns),
  schema: version.schema ? encodeJson(version.schema) : null,
  row_count: version.rowCount,
  valid_row_count: version.validRowCount,
  quarantined_row_count: version.quarantinedRowCount,
  quarantine_digest: version.quarantineDigest ?? null,
  quarantine_reasons: encodeJson(version.quarantineReasons),
  profile: encodeJson(version.profile),
  size_bytes: version.sizeBytes,
  created_at: version.createdAt,
  run_id: version.runId ?? null,
})

async function notFound(connection: Connection, name: string, version?: number | 'latest'): Promise<RegiaError> {
  const rows = await connection.selectFrom('dataset').select('name').orderBy('name').execute()
  const names = rows.map((row) => row.name)
  if (names.includes(name))
    return new RegiaError('NOT_FOUND', `Dataset "${name}" has no version ${version ?? 'latest'}.`)
  const hint = names.length === 0 ? 'Ingest a file first: regia data add FILE --name NAME.' : suggest(name, names)
  return new RegiaError('NOT_FOUND', `There is no dataset "${name}".`, { hint })
}

/** The newest versions of all datasets. */
export async function listRecentVersions(connection: Connection, limit: number): Promise<readonly DatasetVersion[]> {
  const rows = await connection
    .selectFrom('dataset_version')
    .selectAll()
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(versionOf)
}
