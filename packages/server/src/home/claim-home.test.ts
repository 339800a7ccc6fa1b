import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimDatabase } from './claim-database.ts'
import { claimHome, findOwner } from './claim-home.ts'
import { readServerFile } from './server-file.ts'

const server = {
  url: 'http://127.0.0.1:4300',
  pid: process.pid,
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
}
const newHome = () => join(mkdtempSync(join(tmpdir(), 'regia-home-')), '.regia')

/** A process of its own that owns the folder until it is killed. */
const HOLDER = `
  const { createRequire } = require('node:module')
  const Database = createRequire(process.argv[2])('better-sqlite3')
  const lock = new Database(process.argv[1] + '/lock.db', { timeout: 0 })
  lock.exec('begin exclusive')
  console.log('held')
  setInterval(() => lock.open, 1000)
`

describe('claimHome', () => {
  it('makes the folder, announces the owner and cleans up', () => {
    const home = newHome()
    const claim = claimHome(home)
    claim.announce(server)
    expect(readServerFile(home)).toEqual(server)
    expect(findOwner(home)).toEqual(server)
    claim.release()
    expect(readServerFile(home)).toBeUndefined()
    claimHome(home).release()
  })

  it('gives up at once where no folder can be made', () => {
    expect(() => claimHome('/proc/regia/home')).toThrow(expect.objectContaining({ code: 'HOME_NOT_WRITABLE' }))
    expect(() => claimHome('/dev/null/home')).toThrow(expect.objectContaining({ code: 'HOME_NOT_WRITABLE' }))
  })

  it('claims a database for one of two homes', () => {
    const path = join(newHome(), 'state', 'prod.db')
    const letGo = claimDatabase(path)
    expect(() => claimDatabase(path)).toThrow(expect.objectContaining({ code: 'HOME_LOCKED', where: path }))
    letGo()
    claimDatabase(path)()
    expect(() => claimDatabase('/proc/regia/prod.db')).toThrow(expect.objectContaining({ code: 'HOME_NOT_WRITABLE' }))
  })

  it('names the url and process of the owner to a second one', () => {
    const home = newHome()
    const claim = claimHome(home)
    claim.announce(server)
    expect(() => claimHome(home)).toThrow(
      expect.objectContaining({ code: 'HOME_LOCKED', data: { url: server.url, pid: server.pid } }),
    )
    expect(readServerFile(home)).toEqual(server)
    claim.release()
  })

  it('is free again when the owning process is killed, whatever files it left', async () => {
    const home = newHome()
    claimHome(home).release()
    const holder = spawn(process.execPath, ['-e', HOLDER, home, import.meta.filename])
    await once(holder.stdout, 'data')
    writeFileSync(join(home, 'server.json'), JSON.stringify({ ...server, pid: holder.pid }))
    expect(() => claimHome(home)).toThrow(expect.objectContaining({ code: 'HOME_LOCKED' }))
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(findOwner(home)).toBeUndefined()
    claimHome(home).release()
  })

  it('says where it cannot write', () => {
    const home = newHome()
    writeFileSync(join(home, '..', 'file'), '')
    expect(() => claimHome(join(home, '..', 'file', '.regia'))).toThrow(
      expect.objectContaining({ code: 'HOME_NOT_WRITABLE' }),
    )
  })
})
