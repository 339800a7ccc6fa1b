import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { folderBlobStore } from '@regia/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../database/open.ts'
import { createArtifactTree } from './index.ts'

async function openTree(maxBytes = 1_000_000) {
  const folder = mkdtempSync(join(tmpdir(), 'artifact-tree-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const database = await openDatabase(join(folder, 'regia.db'))
  onTestFinished(() => database.destroy())
  const blobs = folderBlobStore(join(folder, 'blobs'))
  const tree = createArtifactTree({ database, blobs, clock: () => 1_700_000_000_000, maxBytes })
  return { tree, blobs, database, folder }
}

type Opened = Awaited<ReturnType<typeof openTree>>

async function* pieces(...parts: readonly (string | Error)[]) {
  for (const part of parts) {
    if (part instanceof Error) throw part
    yield Buffer.from(part)
  }
}

const put = ({ tree }: Opened, path: string, content = path) => tree.put(path, pieces(content))

async function everything<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}

const names = async ({ tree }: Opened, folder: string) =>
  (await tree.list(folder)).map(({ path, isFolder }) => (isFolder ? `${path}/` : path))

/** Rows as a hundred thousand uploads leave them, without the uploads. */
async function seed({ database }: Opened, paths: readonly string[]): Promise<void> {
  const rows = paths.map((path) => ({ path, digest: digestOf('x'), size_bytes: 1, logged_ms: 0 }))
  await database.transaction().execute(async (transaction) => {
    for (let start = 0; start < rows.length; start += 5_000)
      await transaction
        .insertInto('artifact_file')
        .values(rows.slice(start, start + 5_000))
        .execute()
  })
}

describe('ArtifactTree', () => {
  it('gives back what was put', async () => {
    const opened = await openTree()
    const { tree } = opened
    const file = { path: '1/run/artifacts/notes ü.txt', isFolder: false, sizeBytes: 5, loggedMs: 1_700_000_000_000 }
    expect(await tree.put(file.path, pieces('hel', 'lo'))).toEqual({ ...file, digest: digestOf('hello') })
    expect(await tree.get(file.path)).toEqual({ ...file, digest: digestOf('hello') })
    expect(await readFile(await tree.localPath(file.path), 'utf8')).toBe('hello')
    expect(Buffer.concat(await everything(await tree.read(digestOf('hello')))).toString()).toBe('hello')
    const part = await tree.read(digestOf('hello'), { first: 1, last: 3 })
    expect(Buffer.concat(await everything(part)).toString()).toBe('ell')
    expect(await tree.put('empty', pieces())).toMatchObject({ sizeBytes: 0, digest: digestOf('') })
  })

  it('lists what lies right below a folder, by name', async () => {
    const opened = await openTree()
    for (const path of ['a/b/c', 'a/b/d', 'a!', 'a-b', 'b', 'a/z', 'ä/x', 'a/b!', '𝄞', '\uffee'])
      await put(opened, path)
    expect(await names(opened, '')).toEqual(['a/', 'a!', 'a-b', 'b', 'ä/', '\uffee', '𝄞'])
    expect(await names(opened, 'a')).toEqual(['a/b/', 'a/b!', 'a/z'])
    expect(await names(opened, 'a/b')).toEqual(['a/b/c', 'a/b/d'])
    for (const folder of ['a/b/c', 'nowhere', 'a/b/c/d']) expect(await names(opened, folder)).toEqual([])
    expect((await everything(opened.tree.walk('a'))).map(({ path }) => path)).toEqual(['a/b!', 'a/b/c', 'a/b/d', 'a/z'])
    expect(await everything(opened.tree.walk('b'))).toEqual([])
    expect(await everything(opened.tree.walk(''))).toHaveLength(10)
  })

  it('lists among a hundred thousand files without reading them all', async () => {
    const opened = await openTree()
    const deep = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 2_000 }, (_, j) => `1/run${i}/artifacts/${j}.png`),
    )
    await seed(opened, deep.flat())
    const duration = async (work: () => Promise<unknown>) => {
      const startedAt = performance.now()
      await work()
      return performance.now() - startedAt
    }
    expect(await names(opened, '1')).toHaveLength(50)
    expect(await names(opened, '')).toEqual(['1/'])
    const reading = await duration(() => everything(opened.tree.walk('1')))
    expect(await duration(() => opened.tree.list('1'))).toBeLessThan(reading / 4)
    const files = await opened.tree.list('1/run7/artifacts')
    expect(files).toHaveLength(2_000)
    expect(files[1]).toMatchObject({ path: '1/run7/artifacts/1.png' })
    expect(await everything(opened.tree.walk('1/run7'))).toHaveLength(2_000)
  })

  it('replaces a file when all of the new one is there, and keeps the old one else', async () => {
    const opened = await openTree(10)
    const { tree, folder } = opened
    await put(opened, 'file', 'old')
    await expect(tree.put('file', pieces('ne', new Error('the sender went away')))).rejects.toThrow('went away')
    await expect(tree.put('file', pieces('12345', '678901'))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect((await tree.get('file')).digest).toBe(digestOf('old'))
    expect(readdirSync(join(folder, 'blobs', 'tmp'))).toEqual([])
    await put(opened, 'file', 'new')
    expect((await tree.get('file')).digest).toBe(digestOf('new'))
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => put(opened, 'file', `v${i}`)))
    expect(all.map(({ digest }) => digest)).toContain((await tree.get('file')).digest)
  })

  it('keeps equal content once', async () => {
    const opened = await openTree()
    await Promise.all(['a', 'b', 'c/d'].map((path) => put(opened, path, 'same')))
    expect(await everything(opened.blobs.list())).toHaveLength(1)
  })

  it('lets no file be a folder', async () => {
    const opened = await openTree()
    await put(opened, 'a/b')
    await expect(put(opened, 'a')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"a" is a folder'),
    })
    await expect(put(opened, 'a/b/c/d')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"a/b" is a file'),
    })
    await expect(opened.tree.link('a', digestOf('a/b'), 3)).rejects.toMatchObject({ code: 'CONFLICT' })
    const together = await Promise.allSettled([put(opened, 'x/y'), put(opened, 'x/y/z'), put(opened, 'x')])
    expect(together.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await put(opened, 'a-b')
    await put(opened, 'a0')
  })

  it('takes away a file, or a folder with everything in it', async () => {
    const opened = await openTree()
    const { tree } = opened
    for (const path of ['a/b/c', 'a/b/d', 'a/bb', 'a/b0', 'a!']) await put(opened, path)
    await tree.delete('a/b')
    await tree.delete('a!')
    await tree.delete('nowhere')
    expect((await everything(tree.walk(''))).map(({ path }) => path)).toEqual(['a/b0', 'a/bb'])
  })

  it('names content that the store has, and no other', async () => {
    const { tree, blobs } = await openTree()
    const { digest, sizeBytes } = await blobs.put(Buffer.from('kept'))
    await tree.link('model/graph.onnx', digest, sizeBytes)
    expect(await tree.get('model/graph.onnx')).toMatchObject({ digest, sizeBytes: 4 })
    await expect(tree.link('other', digestOf('absent'), 6)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
  })

  it('says what is not there', async () => {
    const opened = await openTree()
    await put(opened, 'a/b')
    await expect(opened.tree.get('a')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('"a/b"'),
    })
    await expect(opened.tree.localPath('c')).rejects.toMatchObject({ code: 'NOT_FOUND', where: 'c' })
  })

  it('takes no path that leads elsewhere or means something else', async () => {
    const { tree } = await openTree()
    const bad = [
      '/a',
      'a/../b',
      '..',
      '.',
      'a/./b',
      'a//b',
      'a/',
      'a\\b',
      '..\\b',
      'a\0b',
      'C:/a',
      'c:',
      'a/C:/b',
      'file:///etc/passwd',
      'FILE:a',
      '\ud800',
      'x'.repeat(4_001),
    ]
    const refused = { code: 'INVALID_INPUT', where: 'path' }
    for (const path of bad) {
      for (const ask of [tree.get, tree.delete, tree.localPath])
        await expect(ask(path), path).rejects.toMatchObject(refused)
      await expect(tree.put(path, pieces('x')), path).rejects.toMatchObject(refused)
      await expect(tree.link(path, digestOf(''), 0), path).rejects.toMatchObject(refused)
      await expect((async () => tree.list(path))(), path).rejects.toMatchObject(refused)
      await expect((async () => everything(tree.walk(path)))(), path).rejects.toMatchObject(refused)
    }
    await expect(tree.put('', pieces('x'))).rejects.toMatchObject(refused)
    await expect(tree.delete('')).rejects.toMatchObject(refused)
  })
})
