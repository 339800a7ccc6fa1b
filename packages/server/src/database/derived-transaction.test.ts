import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Connection } from './database.ts'
import { derivedTransaction } from './derived-transaction.ts'
import { openDatabase } from './open.ts'

const synchronous = async (connection: Connection): Promise<number | undefined> =>
  (await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(connection)).rows[0]?.synchronous
const NORMAL = 1
const FULL = 2

it('does not wait for the disk, and only it', async () => {
  const database = await openDatabase(join(mkdtempSync(join(tmpdir(), 'regia-derived-')), 'regia.db'))
  const position = { endpoint: 'e', segment: 1, byte_offset: 2 }
  await derivedTransaction(database, async (connection) => {
    expect(await synchronous(connection)).toBe(NORMAL)
    await connection.insertInto('log_offset').values(position).execute()
  })
  expect(await synchronous(database)).toBe(FULL)

  const failing = derivedTransaction(database, async (connection) => {
    await connection.deleteFrom('log_offset').execute()
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await synchronous(database)).toBe(FULL)
  expect(await database.selectFrom('log_offset').selectAll().execute()).toEqual([position])
  await database.destroy()
})
