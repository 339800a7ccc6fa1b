import { type ModelVersion, RegiaError, type Stage } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import { encodeJson } from '../database/json-text.ts'

export type NewVersion = Pick<
  ModelVersion,
  | 'model'
  | 'packaging'
  | 'packageDigest'
  | 'package'
  | 'report'
  | 'lineage'
  | 'description'
  | 'source'
  | 'location'
  | 'runId'
  | 'runLink'
  | 'loggedModelId'
  | 'createdAt'
> & { readonly by: string; readonly version?: number }

/** The next version of a model, or the one of a number beyond the last; a model that is not there is made. @throws RegiaError `CONFLICT`. */
export async function insertVersion(connection: Connection, version: NewVersion): Promise<number> {
  const { model, createdAt, packaging } = version
  if (version.version !== undefined) await reserveNumber(connection, model, version.version)
  const { last_version: number } = await connection
    .insertInto('model')
    .values({ name: model, description: '', last_version: 1, created_at: createdAt, updated_at: createdAt })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet(({ ref }) => ({ updated_at: createdAt, last_version: sql`${ref('model.last_version')} + 1` })),
    )
    .returning('last_version')
    .executeTakeFirstOrThrow()
  await connection
    .insertInto('model_version')
    .values({
      model,
      version: number,
      packaging: packaging.status,
      packaging_reason: packaging.reason ?? null,
      packaging_hint: packaging.hint ?? null,
      package_digest: version.packageDigest ?? null,
      package: version.package ? encodeJson(version.package) : null,
      report: version.report ? encodeJson(version.report) : null,
      lineage: encodeJson(version.lineage),
      description: version.description,
      stage: 'None',
      source: version.source ?? null,
      location: version.location ?? null,
      run_id: version.runId ?? null,
      run_link: version.runLink ?? null,
      logged_model_id: version.loggedModelId ?? null,
      created_by: version.by,
      created_at: createdAt,
      updated_at: createdAt,
    })
    .execute()
  return number
}

/** So that the number is the next one. Numbers of versions that were deleted are never given again. */
async function reserveNumber(connection: Connection, model: string, wanted: number): Promise<void> {
  const row = await connection.selectFrom('model').select('last_version').where('name', '=', model).executeTakeFirst()
  const last = row?.last_version ?? 0
  if (wanted <= last) {
    throw new RegiaError('CONFLICT', `Version ${wanted} of model "${model}" cannot be made: the last one is ${last}.`, {
      where: 'version',
      hint: `Give a number beyond ${last}, or none.`,
    })
  }
  await connection
    .updateTable('model')
    .set({ last_version: wanted - 1 })
    .where('name', '=', model)
    .execute()
}

export async function describeVersion(
  connection: Connection,
  { model, version }: VersionKey,
  text: string,
  at: string,
): Promise<void> {
  await connection
    .updateTable('model_version')
    .set({ description: text, updated_at: at })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
}

export type VersionKey = { readonly model: string; readonly version: number }

export async function setVersionTag(
  connection: Connection,
  { model, version }: VersionKey,
  key: string,
  value: string,
): Promise<void> {
  await connection
    .insertInto('model_version_tag')
    .values({ model, version, key, value })
    .onConflict((conflict) => conflict.columns(['model', 'version', 'key']).doUpdateSet({ value }))
    .execute()
}

export async function deleteVersionTag(
  connection: Connection,
  { model, version }: VersionKey,
  key: string,
): Promise<void> {
  await connection
    .deleteFrom('model_version_tag')
    .where('model', '=', model)
    .where('version', '=', version)
    .where('key', '=', key)
    .execute()
}

/** With `archiveExisting` the versions that stand there go to "Archived". @throws RegiaError `INVALID_INPUT`. */
export async function setStage(
  connection: Connection,
  { model, version }: VersionKey,
  { stage, archiveExisting, at }: { readonly stage: Stage; readonly archiveExisting: boolean; readonly at: string },
): Promise<void> {
  const versions = connection.updateTable('model_version').where('model', '=', model)
  if (archiveExisting) {
    if (stage !== 'Staging' && stage !== 'Production') {
      throw new RegiaError('INVALID_INPUT', `Existing versions cannot be archived by a move to "${stage}".`, {
        where: 'archiveExisting',
        hint: 'It goes with the stages "Staging" and "Production".',
      })
    }
    await versions
      .set({ stage: 'Archived', updated_at: at })
      .where('stage', '=', stage)
      .where('version', '<>', version)
      .where('deleted_at', 'is', null)
      .execute()
  }
  await versions.set({ stage, updated_at: at }).where('version', '=', version).execute()
  await connection.updateTable('model').set({ updated_at: at }).where('name', '=', model).execute()
}

/** @throws RegiaError `CONFLICT` for one that has its package. */
export async function packageAgain(connection: Connection, { model, version }: VersionKey, at: string): Promise<void> {
  const result = await connection
    .updateTable('model_version')
    .set({ packaging: 'pending', packaging_reason: null, packaging_hint: null, updated_at: at })
    .where('model', '=', model)
    .where('version', '=', version)
    .where('package_digest', 'is', null)
    .executeTakeFirst()
  if (Number(result.numUpdatedRows) > 0) return
  throw new RegiaError('CONFLICT', `Version ${version} of "${model}" has its package, which never changes.`, {
    where: `${model}@${version}`,
    hint: 'Register the files anew: they become the next version.',
  })
}
