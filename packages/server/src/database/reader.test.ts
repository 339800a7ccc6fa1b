import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './open.ts'
import { Reader, type ReaderOptions } from './reader.ts'

async function openReader(options: Omit<ReaderOptions, 'database'> = {}, path?: string) {
  const home = mkdtempSync(join(tmpdir(), 'regia-reader-'))
  const database = await openDatabase(path ?? join(home, 'regia.db'))
  const reader = new Reader({ database, ...options })
  onTestFinished(async () => {
    await reader.close()
    await database.destroy()
    rmSync(home, { recursive: true, force: true })
  })
  return { database, reader }
}

const addKey = (name: string) => sql`insert into tracking_key (name) values (${name})`
const keys = sql<{ name: string }>`select name from tracking_key order by id`

/** Ends only when nobody waits any more. */
const endless = (reader: Reader) => sql<{ greatest: number }>`
  with recursive counter(x) as (select 1 union all select x + 1 from counter where ${reader.guard(sql`x`)})
  select max(x) as greatest from counter`

describe('Reader', () => {
  it('sees every write that was acknowledged before', async () => {
    const { database, reader } = await openReader()
    for (let i = 0; i < 20; i++) {
      await addKey(`k${i}`).execute(database)
      expect(await reader.read(keys)).toHaveLength(i + 1)
    }
  })

  it('reads while a transaction writes, and sees none of it', async () => {
    const { database, reader } = await openReader()
    await addKey('before').execute(database)
    await reader.read(keys)
    await database.transaction().execute(async (transaction) => {
      await addKey('inside').execute(transaction)
      expect(await reader.read(keys)).toEqual([{ name: 'before' }])
    })
    expect(await reader.read(keys)).toHaveLength(2)
  })

  it('cannot write', async () => {
    const { reader } = await openReader()
    await expect(reader.read(addKey('x'))).rejects.toThrow(/readonly|read-only|does not return data|run\(\)/i)
  })

  it('gives up what takes too long, and goes on with the next', { timeout: 60_000 }, async () => {
    const { database, reader } = await openReader({ timeoutMs: 1_000 })
    await addKey('a').execute(database)
    await expect(reader.read(endless(reader))).rejects.toMatchObject({ code: 'TIMEOUT' })
    await expect.poll(() => reader.read(keys).catch(() => undefined), { timeout: 45_000 }).toEqual([{ name: 'a' }])
  })

  it('gives up all that wait behind what takes too long, and goes on', { timeout: 60_000 }, async () => {
    const { reader } = await openReader({ timeoutMs: 1_000 })
    const three = await Promise.allSettled([1, 2, 3].map(() => reader.read(endless(reader))))
    expect(three.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(['TIMEOUT', 'TIMEOUT', 'TIMEOUT'])
    await expect.poll(() => reader.read(keys).catch(() => undefined), { timeout: 45_000 }).toEqual([])
  })

  it('answers with what is wrong with a query, and goes on', async () => {
    const { reader } = await openReader()
    await expect(reader.read(sql`select a from nowhere`)).rejects.toThrow(/no such table/)
    expect(await reader.read(keys)).toEqual([])
  })

  it('ends its thread when it is idle, and starts another', { timeout: 60_000 }, async () => {
    const { database, reader } = await openReader({ idleMs: 10 })
    for (let i = 0; i < 3; i++) {
      await addKey(`k${i}`).execute(database)
      expect(await reader.read(keys)).toHaveLength(i + 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })

  it('reads a database in memory where it is', async () => {
    const { database, reader } = await openReader({}, ':memory:')
    await addKey('a').execute(database)
    const guarded = sql<{ name: string }>`select name from tracking_key where ${reader.guard(sql.ref('id'))}`
    expect(await reader.readAll([keys, guarded])).toEqual([[{ name: 'a' }], [{ name: 'a' }]])
  })

  it('tells those that wait that the server stops', async () => {
    const { reader } = await openReader()
    await reader.read(keys)
    const waiting = reader.read(endless(reader)).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    await reader.close()
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' })
  })
})
