import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { sql, type Transaction } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Tables } from './database.ts'
import { GroupCommit } from './group-commit.ts'
import { openDatabase } from './open.ts'

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'regia-commit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'regia.db')
  const database = await openDatabase(path)
  onTestFinished(() => database.destroy())
  await sql`create table note (text text not null unique)`.execute(database)
  const reader = new SqliteDatabase(path, { readonly: true })
  onTestFinished(() => void reader.close())
  const kept = () => reader.prepare('select text from note order by rowid').pluck().all()
  return { commits: new GroupCommit(database), database, kept }
}

const note = (text: string) => async (transaction: Transaction<Tables>) => {
  await sql`insert into note values (${text})`.execute(transaction)
  return text
}

describe('GroupCommit', () => {
  it('answers when another connection can see what was written', async () => {
    const { commits, kept } = await open()
    await Promise.all(
      ['a', 'b', 'c'].map(async (text) => {
        expect(await commits.run(note(text))).toBe(text)
        expect(kept()).toContain(text)
      }),
    )
    expect(kept()).toEqual(['a', 'b', 'c'])
  })

  it('commits what came together together', async () => {
    const { commits, kept } = await open()
    const seen: unknown[] = []
    const look = async (transaction: Transaction<Tables>) => {
      seen.push(kept())
      await sql`select 1`.execute(transaction)
    }
    await Promise.all([commits.run(note('a')), commits.run(look), commits.run(note('b'))])
    expect(seen).toEqual([[]])
    await commits.run(look)
    expect(seen[1]).toEqual(['a', 'b'])
  })

  it('undoes a write that fails, alone or among others', async () => {
    const { commits, kept } = await open()
    const half = async (transaction: Transaction<Tables>) => {
      await note('half')(transaction)
      throw new Error('no')
    }
    await expect(commits.run(half)).rejects.toThrow('no')
    const outcomes = await Promise.allSettled([
      commits.run(note('a')),
      commits.run(half),
      commits.run(note('a')),
      commits.run(note('b')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(kept()).toEqual(['a', 'b'])
  })

  it('fails all when the transaction is gone, and goes on', async () => {
    const { commits, kept } = await open()
    const ends = async (transaction: Transaction<Tables>) => {
      await sql`rollback`.execute(transaction)
      throw new Error('the disk is full')
    }
    const outcomes = await Promise.allSettled([commits.run(note('a')), commits.run(ends), commits.run(note('b'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await commits.run(note('c'))
    expect(kept()).toEqual(['c'])
  })

  it('takes turns with others that use the database', async () => {
    const { commits, database, kept } = await open()
    const many = Array.from({ length: 1_200 }, (_, i) => commits.run(note(`${i}`)))
    const other = database.transaction().execute(note('other'))
    await Promise.all([...many, other])
    expect(kept()).toHaveLength(1_201)
    expect(kept().filter((text) => text !== 'other')).toEqual(Array.from({ length: 1_200 }, (_, i) => `${i}`))
  })

  it('refuses when the database is closed', async () => {
    const { commits, database } = await open()
    await database.destroy()
    await expect(commits.run(note('a'))).rejects.toThrow()
    await expect(commits.run(note('b'))).rejects.toThrow()
  })
})
