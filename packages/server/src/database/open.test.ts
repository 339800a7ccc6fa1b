import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { openDatabase } from './open.ts'

const newPath = () => join(mkdtempSync(join(tmpdir(), 'regia-db-')), 'regia.db')
const pragma = async (path: string, name: string) => {
  const database = await openDatabase(path)
  const { rows } = await sql.raw(`pragma ${name}`).execute(database)
  await database.destroy()
  return rows[0]
}

describe('openDatabase', () => {
  it('commits through a write-ahead log that is synced, and keeps foreign keys', async () => {
    const path = newPath()
    expect(await pragma(path, 'journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await pragma(path, 'synchronous')).toEqual({ synchronous: 2 })
    expect(await pragma(path, 'foreign_keys')).toEqual({ foreign_keys: 1 })
  })

  it('runs each migration once', async () => {
    const path = newPath()
    const first = await openDatabase(path, () => 0)
    await first.insertInto('dataset').values({ name: 'a', description: '', created_at: '', updated_at: '' }).execute()
    await first.destroy()
    const second = await openDatabase(path, () => 1000)
    expect(await second.selectFrom('dataset').select('name').execute()).toEqual([{ name: 'a' }])
    const { rows } = await sql`select distinct applied_at from migration`.execute(second)
    expect(rows).toEqual([{ applied_at: '1970-01-01T00:00:00.000Z' }])
    await second.destroy()
  })

  it('refuses a folder that a newer version wrote', async () => {
    const path = newPath()
    const database = await openDatabase(path)
    await sql`insert into migration values ('future-9', 'x')`.execute(database)
    await database.destroy()
    await expect(openDatabase(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('says that a file is no database', async () => {
    const path = newPath()
    writeFileSync(path, 'not a database, just some text that is long enough to be read as a header'.repeat(20))
    await expect(openDatabase(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID', where: path })
  })

  it('says that a damaged database is damaged', async () => {
    const path = newPath()
    const database = await openDatabase(path)
    await database.destroy()
    const header = Buffer.alloc(4096, 0xff)
    header.write('SQLite format 3\0', 'latin1')
    writeFileSync(path, header)
    await expect(openDatabase(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('says that another process is writing', async () => {
    const path = newPath()
    const holder = new SqliteDatabase(path)
    holder.exec('begin exclusive')
    await expect(openDatabase(path)).rejects.toMatchObject({ code: 'HOME_LOCKED' })
    holder.close()
  })

  it('says that a folder cannot be written', async () => {
    const path = newPath()
    writeFileSync(path, '')
    await expect(openDatabase(join(path, 'below', 'regia.db'))).rejects.toMatchObject({ code: 'HOME_NOT_WRITABLE' })
  })
})
