import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../database/migrate.ts'
import { MIGRATIONS } from '../database/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { EndpointStore } from './endpoints/endpoint-store.ts'

const DECISIONS = [
  { id: 'dec_1', kind: 'created', by: 'regia' },
  { id: 'dec_2', kind: 'canary-advanced', by: 'release rule' },
  { id: 'dec_3', kind: 'promoted', by: 'promotion rule' },
  { id: 'dec_4', kind: 'rolled-back', by: 'ada' },
]

/** A home as it was when who decided stood in the JSON of a decision alone. */
async function oldHome(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'regia-serving-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'regia.db')
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new SqliteDatabase(path) }) })
  const until = MIGRATIONS.findIndex(({ name }) => name === 'serving-deciders')
  await migrate(database, MIGRATIONS.slice(0, until), () => '2026-01-01T00:00:00.000Z')
  await sql`insert into endpoint values ('late', '{}', 1, null, '2026-01-01')`.execute(database)
  for (const [place, decision] of DECISIONS.entries()) {
    const text = JSON.stringify(decision)
    await sql`insert into decision values ('late', ${place + 1}, ${decision.id}, ${text})`.execute(database)
  }
  await database.destroy()
  return path
}

describe('endpoints of a home from before', () => {
  it('have decisions that are found by who took them', async () => {
    const database = await openDatabase(await oldHome())
    onTestFinished(() => database.destroy())
    const store = new EndpointStore(database)
    const idsOf = async (query: Parameters<EndpointStore['decisions']>[1]) =>
      (await store.decisions('late', query)).items.map(({ id }) => id)
    expect(await idsOf({})).toEqual(['dec_4', 'dec_3', 'dec_2', 'dec_1'])
    expect(await idsOf({ by: 'rule' })).toEqual(['dec_3', 'dec_2'])
    expect(await idsOf({ by: 'regia' })).toEqual(['dec_1'])
    expect(await idsOf({ by: 'person' })).toEqual(['dec_4'])
    expect(await idsOf({ kinds: ['created', 'promoted'] })).toEqual(['dec_3', 'dec_1'])
  })
})
