import { RegiaError } from '@regia/core'
import { type Kysely, sql, type Transaction } from 'kysely'

/** A step of the schema's history. It knows nothing of today's table types, which may have moved on. */
export type Migration = { readonly name: string; readonly up: (database: Transaction<unknown>) => Promise<void> }

type History = { migration: { name: string; applied_at: string } }

/**
 * Brings the schema up to date: each migration that has not run yet, in its own transaction with the record that it ran.
 *
 * @throws RegiaError `CONFIG_INVALID` when the folder was written by a newer Regia.
 */
export async function migrate(
  database: Kysely<unknown>,
  migrations: readonly Migration[],
  now: () => string,
): Promise<void> {
  await sql`create table if not exists migration (name text primary key, applied_at text not null)`.execute(database)
  const rows = await database.withTables<History>().selectFrom('migration').select('name').execute()
  const applied = new Set(rows.map(({ name }) => name))
  refuseNewerSchema(applied, migrations)
  for (const { name, up } of migrations) {
    if (applied.has(name)) continue
    await database.transaction().execute(async (transaction) => {
      await up(transaction)
      const record = { name, applied_at: now() }
      await transaction.withTables<History>().insertInto('migration').values(record).execute()
    })
  }
}

function refuseNewerSchema(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = [...applied].find((name) => !known.has(name))
  if (unknown === undefined) return
  throw new RegiaError('CONFIG_INVALID', `The database has migration "${unknown}", which this Regia does not know.`, {
    hint: 'A newer Regia wrote this folder. Use that version or a later one, or another folder through REGIA_HOME.',
  })
}
