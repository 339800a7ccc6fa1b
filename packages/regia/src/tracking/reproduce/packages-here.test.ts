import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { digestOfBytes } from '../provenance/lockfile.ts'
import { providePackages } from './packages-here.ts'

const lock = (versions: Readonly<Record<string, string>>) =>
  JSON.stringify({
    name: 'demo',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'demo', version: '1.0.0' },
      ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])),
    },
  })

function folders() {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'regia-packages-')))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  const [dir, repository] = [join(parent, 'checkout'), join(parent, 'repository')]
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(parent, path)), { recursive: true })
    writeFileSync(join(parent, path), content)
  }
  write('checkout/package.json', JSON.stringify({ name: 'demo', version: '1.0.0' }))
  const tree = { dir, repository, remove: async () => undefined, keep: () => undefined }
  const lockfile = (content: string) => {
    write('checkout/package-lock.json', content)
    return {
      name: 'package-lock.json',
      path: 'package-lock.json',
      digest: digestOfBytes(Buffer.from(content)),
      packageCount: 2,
    }
  }
  return { parent, dir, repository, tree, write, lockfile }
}

describe('providePackages', () => {
  it('links the packages that are here and says which are other versions, or the repository’s own', async () => {
    const { parent, dir, repository, tree, write, lockfile } = folders()
    write('repository/node_modules/.package-lock.json', lock({ zod: '4.0.0', same: '1.0.0' }))
    write('repository/packages/own/node_modules/inner/index.js', 'inner')
    symlinkSync(join(repository, 'packages/own'), join(repository, 'node_modules/own'))
    mkdirSync(join(parent, 'elsewhere'))
    symlinkSync(join(parent, 'elsewhere'), join(repository, 'node_modules/elsewhere'))
    const notes = await providePackages(
      tree,
      lockfile(lock({ zod: '3.0.0', same: '1.0.0', optional: '9.0.0' })),
      {},
      false,
    )
    expect(notes).toEqual([
      'Packages of the repository itself are as they are now, not as then: own.',
      'Packages here are other versions than then: then zod@3.0.0. --install takes those of then.',
    ])
    expect(lstatSync(join(dir, 'node_modules')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(dir, 'packages/own/node_modules/inner/index.js'), 'utf8')).toBe('inner')
  })

  it('installs from the lockfile where it is asked to', async () => {
    const { dir, tree, lockfile } = folders()
    expect(await providePackages(tree, lockfile(lock({})), process.env, true)).toEqual([])
    // npm replaces what is there: a link would have led into the repository.
    expect(() => lstatSync(join(dir, 'node_modules')).isSymbolicLink()).toThrow()
    const broken = lockfile('no JSON')
    await expect(providePackages(tree, broken, process.env, true)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('refuses another lockfile than that of then, and one that is not there', async () => {
    const { tree, write, lockfile } = folders()
    const found = lockfile(lock({}))
    write('checkout/package-lock.json', lock({ zod: '1.0.0' }))
    await expect(providePackages(tree, found, {}, false)).rejects.toThrow('is another one than when the run was made')
    rmSync(join(tree.dir, 'package-lock.json'))
    await expect(providePackages(tree, found, {}, false)).rejects.toThrow('is not in the commit')
  })
})
