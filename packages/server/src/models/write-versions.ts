import type { ModelVersion } from '@regia/core'
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
  | 'runId'
  | 'runLink'
  | 'loggedModelId'
  | 'createdAt'
> & { readonly by: string }

/** The next version of a model; a model that is not there is made. */
export async function insertVersion(connection: Connection, version: NewVersion): Promise<number> {
  const { model, createdAt, packaging } = version
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
