import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../database/migrate.ts'
import { MIGRATIONS } from '../database/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { findLastMove } from './moves-after.ts'
import { getModel } from './read-models.ts'
import { getVersion } from './read-versions.ts'

/** A home as it was before versions could be without a package. */
async function oldHome(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'regia-models-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'regia.db')
  const sqlite = new SqliteDatabase(path)
  sqlite.pragma('foreign_keys = ON')
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqlite }) })
  const until = MIGRATIONS.findIndex(({ name }) => name === 'models-2')
  await migrate(database, MIGRATIONS.slice(0, until), () => '2026-01-01T00:00:00.000Z')
  await sql`insert into model values ('late', 'says which', '2026-01-02', '2026-01-04')`.execute(database)
  for (const version of [1, 2]) {
    const lineage = JSON.stringify({ runId: `run_${version}`, datasets: [], params: {}, artifacts: {} })
    await sql`insert into model_version values
      ('late', ${version}, ${digestOf(`v${version}`)}, '{"format":1}', null, ${lineage}, '2026-01-03')`.execute(
      database,
    )
  }
  await sql`insert into model_alias values ('late', 'champion', 2)`.execute(database)
  await sql`insert into alias_move values ('late', 1, 'champion', null, 1, 'ada', 'first', '2026-01-03'),
    ('late', 2, 'champion', 1, 2, 'ada', 'better', '2026-01-04')`.execute(database)
  await database.destroy()
  return path
}

describe('the registry of a home from before', () => {
  it('keeps models, versions, aliases and their history', async () => {
    const database = await openDatabase(await oldHome())
    onTestFinished(() => database.destroy())
    expect(await getModel(database, 'late')).toMatchObject({
      description: 'says which',
      latestVersion: 2,
      aliases: [{ alias: 'champion', version: 2 }],
      createdAt: '2026-01-02',
    })
    expect(await getVersion(database, 'late', 'champion')).toMatchObject({
      ...{ version: 2, packaging: { status: 'packaged' }, packageDigest: digestOf('v2'), package: { format: 1 } },
      ...{ runId: 'run_2', stage: 'None', tags: {}, createdAt: '2026-01-03', updatedAt: '2026-01-03' },
    })
    expect(await findLastMove(database, 'late', 'champion')).toMatchObject({ number: 2, toVersion: 2 })
    expect(await database.selectFrom('model').select('last_version').execute()).toEqual([{ last_version: 2 }])
    expect((await sql`pragma foreign_key_check`.execute(database)).rows).toEqual([])
  })

  it('lets what belongs to a model follow its name', async () => {
    const database = await openDatabase(await oldHome())
    onTestFinished(() => database.destroy())
    await database.updateTable('model').set({ name: 'later' }).where('name', '=', 'late').execute()
    expect((await getVersion(database, 'later', 1)).model).toBe('later')
    await expect(
      database.insertInto('model_alias').values({ model: 'late', alias: 'a', version: 1 }).execute(),
    ).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
    await database.deleteFrom('model').execute()
    for (const table of ['model_version', 'model_alias', 'alias_move'] as const)
      expect(await database.selectFrom(table).selectAll().execute()).toEqual([])
  })
})
