import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isSecretName, maskSecrets, shellText } from './command-line.ts'
import { readGitState } from './git-state.ts'
import { packagesOf } from './locked-packages.ts'
import { findLockfile } from './lockfile.ts'
import { isSecretFile } from './secret-files.ts'
import { readUncommittedDiff } from './uncommitted-diff.ts'

function repository() {
  const dir = mkdtempSync(join(tmpdir(), 'regia-git-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: dir }).toString()
  git('init', '--quiet', '--initial-branch', 'main')
  const write = (path: string, content: string | Uint8Array) => writeFileSync(join(dir, path), content)
  const commit = () => {
    git('add', '--all')
    git('commit', '--quiet', '--message', 'A step')
    return git('rev-parse', 'HEAD').trim()
  }
  return { dir, git, write, commit }
}

describe('maskSecrets', () => {
  it.each([
    [
      ['--password=abc', '--lr=3'],
      ['--password=***', '--lr=3'],
    ],
    [
      ['--api-key', 'abc', '--max-tokens', '5'],
      ['--api-key', '***', '--max-tokens', '5'],
    ],
    [
      ['DB_PASSWORD=abc', 'TOKENIZER=bpe'],
      ['DB_PASSWORD=***', 'TOKENIZER=bpe'],
    ],
    [
      ['--accessToken', 'abc', '--verbose'],
      ['--accessToken', '***', '--verbose'],
    ],
    [
      ['--token', '--verbose'],
      ['--token', '--verbose'],
    ],
    [['postgres://ada:secret@db/x'], ['postgres://ada:***@db/x']],
    [
      ['-H', 'Authorization: Bearer abcdef123'],
      ['-H', 'Authorization: Bearer ***'],
    ],
    [
      ['--key', `sk-${'a'.repeat(30)}`],
      ['--key', '***'],
    ],
    [
      ['--author', 'Ada', '--pass-through', 'x'],
      ['--author', 'Ada', '--pass-through', '***'],
    ],
  ])('makes %j to %j', (given, masked) => {
    expect(maskSecrets(given)).toEqual(masked)
  })

  it('tells secrets by the words of a name', () => {
    expect(['apiKey', 'API_KEY', 'secret', 'db.password', 'private-key'].every(isSecretName)).toBe(true)
    expect(['tokenizer', 'max_tokens', 'key', 'author', 'compass'].some(isSecretName)).toBe(false)
  })
})

it('writes words as a shell reads them', () => {
  const words = ['a b', "it's", '$HOME', 'x=1', '*', '']
  const line = `printf '%s\\n' ${shellText(words)}`
  expect(execFileSync('sh', ['-c', line]).toString().split('\n').slice(0, -1)).toEqual(words)
})

it('knows files that hold secrets by their names', () => {
  const secret = [
    '.env',
    'app/.env.local',
    'id_rsa',
    'server.pem',
    '.npmrc',
    'secrets.yaml',
    'home/.ssh/config',
    'credentials.json',
  ]
  expect(secret.filter((path) => !isSecretFile(path))).toEqual([])
  expect(['.env.example', 'environment.ts', 'keys.ts', 'secretary.md', 'monkey.txt'].filter(isSecretFile)).toEqual([])
})

describe('readUncommittedDiff', () => {
  it('gives a patch that makes the commit what the folder is, binary and new files too', async () => {
    const { dir, git, write, commit } = repository()
    const other = repository()
    for (const each of [write, other.write]) {
      each('kept.txt', 'one\n')
      each('gone.txt', 'gone\n')
      each('umlaut ä.txt', 'a\n')
    }
    commit()
    other.commit()
    write('kept.txt', 'two\n')
    write('umlaut ä.txt', 'b\n')
    write('binary.bin', new Uint8Array([0, 255, 1, 0, 13, 10]))
    rmSync(join(dir, 'gone.txt'))
    git('config', 'diff.noprefix', 'true')
    const before = git('status', '--porcelain')
    const objectsBefore = readdirSync(join(dir, '.git/objects')).length
    const state = await readGitState(dir)
    const { patch, leftOut } = await readUncommittedDiff(state!)
    expect(leftOut).toEqual([])
    expect(git('status', '--porcelain')).toBe(before)
    expect(readdirSync(join(dir, '.git/objects')).length).toBe(objectsBefore)
    other.write('patch', patch!)
    other.git('apply', 'patch')
    rmSync(join(other.dir, 'patch'))
    for (const file of ['kept.txt', 'umlaut ä.txt', 'binary.bin']) {
      expect(readFileSync(join(other.dir, file))).toEqual(readFileSync(join(dir, file)))
    }
    expect(() => statSync(join(other.dir, 'gone.txt'))).toThrow()
  })

  it('takes neither ignored files nor secrets nor large new ones, and nothing where the patch is too large', async () => {
    const { dir, write, commit } = repository()
    write('.gitignore', 'ignored.txt\n')
    write('.env', 'FIRST=1\n')
    commit()
    write('.env', 'FIRST=2\n')
    write('ignored.txt', 'x')
    write('large.csv', 'x'.repeat(3000))
    write('small.txt', 'y'.repeat(900))
    const state = await readGitState(dir)
    const limits = { patchBytes: 5000, untrackedFileBytes: 1000, untrackedBytes: 2000 }
    const { patch, leftOut } = await readUncommittedDiff(state!, limits)
    expect(patch?.toString()).toContain('small.txt')
    expect(patch?.toString()).not.toMatch(/FIRST|ignored|large/)
    expect(leftOut.map(({ path }) => path)).toEqual(['.env', 'large.csv'])
    const cut = await readUncommittedDiff(state!, { ...limits, patchBytes: 500 })
    expect(cut.patch).toBeUndefined()
    expect(cut.leftOut).toContainEqual({ path: '', reason: 'the changes are larger than 0.0005 MB' })
  })

  it('takes the smallest of many new files, and names only some of those left out', async () => {
    const { dir, write, commit } = repository()
    write('a.txt', 'a')
    commit()
    for (let i = 0; i < 300; i++) write(`new-${i}.txt`, 'x'.repeat(100 + i))
    const state = await readGitState(dir)
    const limits = { patchBytes: 50_000, untrackedFileBytes: 1000, untrackedBytes: 5000 }
    const { patch, leftOut } = await readUncommittedDiff(state!, limits)
    expect(patch?.toString().match(/^diff --git/gm)).toHaveLength(41)
    expect(leftOut).toHaveLength(201)
    expect(leftOut[0]).toEqual({ path: 'new-41.txt', reason: 'is new, and new files are more than 0.005 MB' })
    expect(leftOut.at(-1)).toEqual({ path: '…', reason: 'and 59 more' })
  })

  it('knows a repository without a commit, a detached head, and a folder without a repository', async () => {
    const { dir, git, write, commit } = repository()
    write('a.txt', 'a')
    expect(await readGitState(dir)).toMatchObject({ commit: undefined, branch: 'main' })
    const found = commit()
    git('checkout', '--quiet', '--detach')
    git('remote', 'add', 'origin', 'https://ada:secret@example.com/x.git')
    expect(await readGitState(dir)).toMatchObject({
      commit: found,
      branch: undefined,
      changed: [],
      remote: 'https://ada:***@example.com/x.git',
    })
    const bare = mkdtempSync(join(tmpdir(), 'regia-none-'))
    onTestFinished(() => rmSync(bare, { recursive: true, force: true }))
    expect(await readGitState(bare)).toBeUndefined()
  })
})

describe('lockfiles', () => {
  it.each([
    [
      'package-lock.json',
      JSON.stringify({
        packages: {
          '': {},
          'node_modules/@a/b': { version: '1.0.0' },
          'node_modules/@a/b/node_modules/c': { version: '2.0.0' },
        },
      }),
      ['@a/b@1.0.0', 'c@2.0.0'],
    ],
    [
      'pnpm-lock.yaml',
      "packages:\n\n  '@a/b@1.0.0':\n    resolution: {}\n\n  c@2.0.0(d@1.0.0):\n    engines: {}\n",
      ['@a/b@1.0.0', 'c@2.0.0'],
    ],
    [
      'yarn.lock',
      '"@a/b@^1.0.0", "@a/b@~1":\n  version "1.0.0"\n\nc@*:\n  version "2.0.0"\n',
      ['@a/b@1.0.0', 'c@2.0.0'],
    ],
    [
      'bun.lock',
      '{\n  "packages": {\n    "@a/b": ["@a/b@1.0.0", "", {}, "sha"],\n    "c": ["c@2.0.0", "", {}, "sha"],\n  }\n}',
      ['@a/b@1.0.0', 'c@2.0.0'],
    ],
    ['uv.lock', 'version = 1\n\n[[package]]\nname = "numpy"\nversion = "2.0.0"\nsource = {}\n', ['numpy@2.0.0']],
    [
      'requirements.txt',
      'numpy==2.0.0\n# a comment\nscikit-learn[extra]==1.5.0 ; python_version > "3"\nfree\n',
      ['numpy@2.0.0', 'scikit-learn@1.5.0'],
    ],
    ['package-lock.json', 'broken', []],
  ])('reads the packages of %s', (name, content, packages) => {
    expect(packagesOf(name, content)).toEqual(packages)
  })

  it('is found above a folder, and not above the repository', async () => {
    const { dir, write } = repository()
    write('yarn.lock', '')
    expect(await findLockfile(join(dir, 'a', 'b'), ['yarn.lock'], dir)).toMatchObject({ name: 'yarn.lock' })
    expect(await findLockfile(join(dir, 'a', 'b'), ['yarn.lock'], join(dir, 'a'))).toBeUndefined()
  })
})
