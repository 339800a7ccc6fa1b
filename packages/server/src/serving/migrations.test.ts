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
import { ReleaseStore } from './release/release-store.ts'

const DECISIONS = [
  { id: 'dec_1', kind: 'created', by: 'regia' },
  { id: 'dec_2', kind: 'canary-advanced', by: 'release rule' },
  { id: 'dec_3', kind: 'promoted', by: 'promotion rule' },
  { id: 'dec_4', kind: 'rolled-back', by: 'ada' },
]

/** A home as it was before a migration. */
async function homeBefore(migration: string, fill: (database: Kysely<unknown>) => Promise<void>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'regia-serving-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'regia.db')
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new SqliteDatabase(path) }) })
  const until = MIGRATIONS.findIndex(({ name }) => name === migration)
  await migrate(database, MIGRATIONS.slice(0, until), () => '2026-01-01T00:00:00.000Z')
  await fill(database)
  await database.destroy()
  return path
}

async function open(path: string) {
  const database = await openDatabase(path)
  onTestFinished(() => database.destroy())
  return database
}

async function insertDecisions(
  database: Kysely<unknown>,
  decisions: readonly { readonly id: string }[],
): Promise<void> {
  for (const [place, decision] of decisions.entries()) {
    const text = JSON.stringify(decision)
    await sql`insert into decision (endpoint, number, id, decision)
      values ('late', ${place + 1}, ${decision.id}, ${text})`.execute(database)
  }
}

describe('endpoints of a home from before', () => {
  it('have decisions that are found by who took them', async () => {
    const path = await homeBefore('serving-deciders', async (database) => {
      await sql`insert into endpoint values ('late', '{}', 1, null, '2026-01-01')`.execute(database)
      await insertDecisions(database, DECISIONS)
    })
    const store = new EndpointStore(await open(path))
    const idsOf = async (query: Parameters<EndpointStore['decisions']>[1]) =>
      (await store.decisions('late', query)).items.map(({ id }) => id)
    expect(await idsOf({})).toEqual(['dec_4', 'dec_3', 'dec_2', 'dec_1'])
    expect(await idsOf({ by: 'rule' })).toEqual(['dec_3', 'dec_2'])
    expect(await idsOf({ by: 'regia' })).toEqual(['dec_1'])
    expect(await idsOf({ by: 'person' })).toEqual(['dec_4'])
    expect(await idsOf({ kinds: ['created', 'promoted'] })).toEqual(['dec_3', 'dec_1'])
  })

  it('have what was in shadow among their releases, in the order in which all began', async () => {
    const rule = { minimumDifference: 0, confidence: 0.9, minimumPairs: 100, maximumPairs: 200, automatic: true }
    const spec = { name: 'late', stable: 'late@champion', shadow: { model: 'late@challenger', rule } }
    const shadow = (id: string, kind: string, toVersion: number, at: string) => ({
      ...{ id, kind, toVersion, by: 'regia', reason: `${kind} ${toVersion}`, at },
      ...(kind === 'refused' && { comparison: { challengerAuc: 0.5 } }),
    })
    const path = await homeBefore('serving-deciders', async (database) => {
      await sql`insert into endpoint values ('late', ${JSON.stringify(spec)}, 1, null, '2026-01-01')`.execute(database)
      await insertDecisions(database, [
        shadow('dec_a', 'shadow-started', 2, '2026-01-01T00:00:01.000Z'),
        shadow('dec_b', 'refused', 2, '2026-01-01T00:00:02.000Z'),
        shadow('dec_c', 'shadow-started', 4, '2026-01-01T00:00:05.000Z'),
        shadow('dec_d', 'shadow-started', 5, '2026-01-01T00:00:06.000Z'),
      ])
      const begun = Date.parse('2026-01-01T00:00:00.000Z')
      for (const [version, seconds, outcome] of [
        [2, 1, 'refused'],
        [3, 4, 'refused'],
        [4, 5, 'running'],
        [5, 6, 'running'],
      ]) {
        const startedAt = begun + Number(seconds) * 1000
        await sql`insert into shadow_trial values ('late', 1, ${version}, ${startedAt}, ${outcome})`.execute(database)
      }
      const canary = { id: 'rel_canary', kind: 'canary', endpoint: 'late', startedAt: begun + 3000, arms: [] }
      await sql`insert into release (id, endpoint, number, is_open, record)
        values ('rel_canary', 'late', 1, 0, ${JSON.stringify(canary)})`.execute(database)
    })
    const store = new ReleaseStore(await open(path))
    const { items } = await store.list('late', {})
    expect(items.map(({ id, kind }) => [id, kind])).toEqual([
      ['rel_d', 'shadow'],
      ['rel_c', 'shadow'],
      ['rel_canary', 'canary'],
      ['rel_a', 'shadow'],
    ])
    expect(items[3]).toMatchObject({
      ...{ state: 'refused', reason: 'refused 2', verdict: 'refuse', comparison: { challengerAuc: 0.5 } },
      ...{ stableVersion: 1, policy: spec.shadow, arms: [{ version: 2, model: 'late@challenger', share: 0 }] },
      ...{ startedAt: Date.parse('2026-01-01T00:00:01Z'), endedAt: Date.parse('2026-01-01T00:00:02Z') },
    })
    expect(items[1]).toMatchObject({ state: 'stopped' })
    expect(await store.findShadow('late')).toMatchObject({ id: 'rel_d', state: 'running', arms: [{ version: 5 }] })
    expect(await Promise.all([2, 3, 4, 5].map((version) => store.isSettledShadow('late', version)))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
