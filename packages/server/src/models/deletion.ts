import { RegiaError } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import { moveAlias } from './aliases.ts'
import { findModel, getModel, modelNotFound } from './read-models.ts'
import { getVersion } from './read-versions.ts'

export type Deletion = { readonly by: string; readonly at: string }

/** No name can hold it. */
const TOMBSTONE = '\u0001'

/** Its row takes a name that nobody can choose, and with it everything that refers to it. @throws RegiaError `NOT_FOUND`. */
export async function buryModel(connection: Connection, name: string, { by, at }: Deletion): Promise<void> {
  await getModel(connection, name)
  await connection
    .updateTable('model')
    .set({ name: await freeTombstone(connection, name), deleted_name: name, deleted_at: at, deleted_by: by })
    .where('name', '=', name)
    .execute()
}

async function freeTombstone(connection: Connection, name: string): Promise<string> {
  for (let i = 1; ; i++) {
    const candidate = `${name}${TOMBSTONE}${i}`
    const taken = await connection.selectFrom('model').select('name').where('name', '=', candidate).executeTakeFirst()
    if (!taken) return candidate
  }
}

/** The one of that name that was deleted last. @throws RegiaError `NOT_FOUND`, `ALREADY_EXISTS` where the name is taken. */
export async function raiseModel(connection: Connection, name: string): Promise<void> {
  const row = await connection
    .selectFrom('model')
    .select('name')
    .where('deleted_name', '=', name)
    .orderBy('deleted_at', 'desc')
    .orderBy(sql`rowid`, 'desc')
    .executeTakeFirst()
  const living = await findModel(connection, name)
  if (!row && living) throw new RegiaError('CONFLICT', `The model "${name}" is not deleted.`, { where: name })
  if (!row) throw await modelNotFound(connection, name)
  if (living) {
    throw new RegiaError('ALREADY_EXISTS', `The name of the deleted model "${name}" is in use again.`, {
      where: name,
      hint: `Rename the model that has it now: regia models rename ${name} NEW_NAME`,
    })
  }
  await connection
    .updateTable('model')
    .set({ name, deleted_name: null, deleted_at: null, deleted_by: null })
    .where('name', '=', row.name)
    .execute()
}

/** Its aliases are taken away, which is noted. @throws RegiaError `NOT_FOUND`. */
export async function buryVersion(
  connection: Connection,
  model: string,
  version: number,
  { by, at }: Deletion,
): Promise<readonly string[]> {
  const { aliases } = await getVersion(connection, model, version)
  const reason = `Version ${version} was deleted.`
  for (const alias of aliases) await moveAlias(connection, { model, alias, by, reason, at })
  await connection
    .updateTable('model_version')
    .set({ deleted_at: at, deleted_by: by, updated_at: at })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
  await connection.updateTable('model').set({ updated_at: at }).where('name', '=', model).execute()
  return aliases
}

/** Without the aliases that it had. @throws RegiaError `NOT_FOUND` where there is no such deleted version. */
export async function raiseVersion(connection: Connection, model: string, version: number, at: string): Promise<void> {
  await getModel(connection, model)
  const result = await connection
    .updateTable('model_version')
    .set({ deleted_at: null, deleted_by: null, updated_at: at })
    .where('model', '=', model)
    .where('version', '=', version)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst()
  if (Number(result.numUpdatedRows) > 0) return
  throw new RegiaError('NOT_FOUND', `Model "${model}" has no deleted version ${version}.`, {
    where: `${model}@${version}`,
    hint: 'It is there, was never made, or has been purged.',
  })
}

export type Purged = { readonly models: number; readonly versions: number }

/** Takes models and versions away for good that were deleted before `deletedBefore`. Numbers of versions are not given again. */
export async function purgeDeleted(connection: Connection, deletedBefore: string, isDryRun: boolean): Promise<Purged> {
  const isOld = sql<boolean>`deleted_at is not null and deleted_at < ${deletedBefore}`
  const counted = await connection
    .selectFrom('model')
    .where(isOld)
    .select(({ fn }) => fn.countAll<number>().as('models'))
    .select(({ selectFrom }) =>
      selectFrom('model_version')
        .where(sql<boolean>`deleted_at < ${deletedBefore} or model in (select name from model where ${isOld})`)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('versions'),
    )
    .executeTakeFirstOrThrow()
  const purged = { models: Number(counted.models), versions: Number(counted.versions ?? 0) }
  if (isDryRun) return purged
  for (const table of ['model_version_tag', 'model_card'] as const) {
    await sql`delete from ${sql.table(table)} where exists (select 1 from model_version gone
      where gone.model = ${sql.ref(`${table}.model`)} and gone.version = ${sql.ref(`${table}.version`)}
        and gone.deleted_at < ${deletedBefore})`.execute(connection)
  }
  await connection.deleteFrom('model_version').where('deleted_at', '<', deletedBefore).execute()
  await connection.deleteFrom('model').where(isOld).execute()
  return purged
}
