import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Digest, digestOf } from '@regia/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlobStore, folderBlobStore } from './index.ts'

/** Every implementation of `BlobStore` stands here and passes the same suite. */
const IMPLEMENTATIONS: readonly {
  readonly name: string
  readonly create: (folder: string, now?: () => number) => BlobStore
}[] = [{ name: 'folder', create: folderBlobStore }]

const text = (content: string) => new TextEncoder().encode(content)
const ABSENT = digestOf('never put')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.each(IMPLEMENTATIONS)('BlobStore: $name', ({ create }) => {
  const file = async (content: string) => {
    const path = join(folder, 'source.bin')
    await writeFile(path, content)
    return path
  }

  it('gives back what was put, under the digest of its content', async () => {
    const store = create(join(folder, 'store'))
    const info = await store.put(text('hello'))
    expect(info).toEqual({ digest: digestOf('hello'), sizeBytes: 5 })
    expect(Buffer.from(await store.read(info.digest)).toString()).toBe('hello')
    expect(await store.sizeOf(info.digest)).toBe(5)
    expect(await store.has(info.digest)).toBe(true)
    expect(Buffer.from(await store.peek(info.digest, 4)).toString()).toBe('hell')
    expect((await store.peek(info.digest, 40)).byteLength).toBe(5)
  })

  it('keeps empty content', async () => {
    const store = create(join(folder, 'store'))
    const { digest } = await store.put(new Uint8Array())
    expect((await store.read(digest)).byteLength).toBe(0)
  })

  it('keeps a file and leaves it, or takes it away', async () => {
    const store = create(join(folder, 'store'))
    const path = await file('from a file')
    expect(await store.putFile(path)).toEqual({ digest: digestOf('from a file'), sizeBytes: 11 })
    expect(await readFile(path, 'utf8')).toBe('from a file')
    await store.putFile(path, { move: true })
    await expect(stat(path)).rejects.toThrow('ENOENT')
    expect(await readFile(await store.localPath(digestOf('from a file')), 'utf8')).toBe('from a file')
  })

  it('keeps one copy of what many put at once', async () => {
    const store = create(join(folder, 'store'))
    const infos = await Promise.all(Array.from({ length: 20 }, () => store.put(text('the same'))))
    expect(new Set(infos.map(({ digest }) => digest)).size).toBe(1)
    expect(Buffer.from(await store.read(infos[0]!.digest)).toString()).toBe('the same')
  })

  it('is found again by another instance', async () => {
    const { digest } = await create(join(folder, 'store')).put(text('kept'))
    expect(await create(join(folder, 'store')).has(digest)).toBe(true)
  })

  it('says BLOB_MISSING for what was never put', async () => {
    const store = create(join(folder, 'store'))
    expect(await store.has(ABSENT)).toBe(false)
    for (const ask of [store.read, store.localPath, store.sizeOf, (digest: Digest) => store.peek(digest, 4)]) {
      await expect(ask(ABSENT)).rejects.toMatchObject({ code: 'BLOB_MISSING', data: { digest: ABSENT } })
    }
  })

  it('lists what it holds, each with its size and about when it was put', async () => {
    const store = create(join(folder, 'store'))
    const listed = async () => (await everything(store.list())).sort((a, b) => a.sizeBytes - b.sizeBytes)
    expect(await listed()).toEqual([])
    await store.put(text('one'))
    await store.put(text('three'))
    const found = await listed()
    expect(found.map(({ digest, sizeBytes }) => [digest, sizeBytes])).toEqual([
      [digestOf('one'), 3],
      [digestOf('three'), 5],
    ])
    for (const { keptAt } of found) expect(Math.abs(Date.now() - keptAt)).toBeLessThan(60_000)
  })

  it('takes away what was put before a time, and nothing younger', async () => {
    const store = create(join(folder, 'store'))
    const { digest } = await store.put(text('garbage'))
    expect(await store.delete(digest, Date.now() - 3_600_000)).toBe(false)
    expect(await store.has(digest)).toBe(true)
    expect(await store.delete(digest, Date.now() + 1_000)).toBe(true)
    expect(await store.has(digest)).toBe(false)
    await expect(store.read(digest)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
    expect(await store.delete(digest, Date.now() + 1_000)).toBe(true)
    await store.put(text('garbage'))
    expect(Buffer.from(await store.read(digest)).toString()).toBe('garbage')
  })

  it('counts content as put anew when it is put again', async () => {
    const path = join(folder, 'store')
    const hourMs = 3_600_000
    const { digest } = await create(path, () => Date.now() - 2 * hourMs).put(text('needed again'))
    await create(path).put(text('needed again'))
    expect(await create(path).delete(digest, Date.now() - hourMs)).toBe(false)
    await create(path, () => Date.now() - 2 * hourMs).put(text('referred to'))
    expect(await create(path).renew(digestOf('referred to'))).toBe(true)
    expect(await create(path).delete(digestOf('referred to'), Date.now() - hourMs)).toBe(false)
    expect(await create(path).renew(ABSENT)).toBe(false)
    await create(path, () => Date.now() - 2 * hourMs).putFile(await file('old'), { move: true })
    expect(await create(path).delete(digestOf('old'), Date.now() - hourMs)).toBe(true)
  })

  it('keeps what a stream brings, and nothing of one that fails', async () => {
    const store = create(join(folder, 'store'))
    const pieces = async function* (...parts: readonly string[]) {
      for (const part of parts) {
        if (part === 'fails') throw new Error('the sender went away')
        yield text(part)
      }
    }
    expect(await store.putStream(pieces('in ', '', 'pieces'))).toEqual({ digest: digestOf('in pieces'), sizeBytes: 9 })
    expect(Buffer.from(await store.read(digestOf('in pieces'))).toString()).toBe('in pieces')
    expect(await store.putStream(pieces())).toEqual({ digest: digestOf(''), sizeBytes: 0 })
    await expect(store.putStream(pieces('half', 'fails'))).rejects.toThrow('the sender went away')
    expect(await store.has(digestOf('half'))).toBe(false)
    expect(await everything(store.list())).toHaveLength(2)
    const same = await Promise.all(Array.from({ length: 10 }, () => store.putStream(pieces('in ', 'pieces'))))
    expect(new Set(same.map(({ digest }) => digest))).toEqual(new Set([digestOf('in pieces')]))
  })

  it('streams content, whole or a part of it, also to who has not read it before', async () => {
    const large = new Uint8Array(3_000_001).map((_, i) => i % 251)
    const { digest } = await create(join(folder, 'store')).put(large)
    const store = create(join(folder, 'store'))
    const bytes = async (range?: { first: number; last: number }) =>
      Buffer.concat(await everything(await store.stream(digest, range)))
    expect((await bytes()).equals(large)).toBe(true)
    expect((await bytes()).equals(large)).toBe(true)
    expect((await bytes({ first: 999_999, last: 2_000_000 })).equals(large.subarray(999_999, 2_000_001))).toBe(true)
    const { digest: empty } = await store.put(new Uint8Array())
    expect(await everything(await store.stream(empty))).toEqual([])
    await expect(store.stream(ABSENT)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
  })

  it('refuses to keep what is not a readable file', async () => {
    const store = create(join(folder, 'store'))
    await expect(store.putFile(join(folder, 'absent'))).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(store.putFile(folder)).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})

describe('folderBlobStore', () => {
  const damage = async (store: BlobStore, digest: Digest) => {
    const path = await store.localPath(digest)
    await chmod(path, 0o644)
    const content = await readFile(path)
    content[0] = content[0]! ^ 1
    await writeFile(path, content)
    return path
  }

  it('finds a changed byte even when size and modification time are as before', async () => {
    const store = folderBlobStore(folder)
    const { digest } = await store.put(text('precious'))
    const before = await stat(await store.localPath(digest))
    const path = await damage(store, digest)
    await utimes(path, before.atime, before.mtime)
    const expected = { code: 'BLOB_CORRUPT', where: path, data: { expected: digest, got: digestOf('qrecious') } }
    await expect(store.localPath(digest)).rejects.toMatchObject(expected)
    await expect(store.read(digest)).rejects.toMatchObject(expected)
    await expect(folderBlobStore(folder).localPath(digest)).rejects.toMatchObject(expected)
  })

  it('holds back the end of a stream whose bytes are damaged', async () => {
    const large = new Uint8Array(2_500_000).fill(5)
    const { digest } = await folderBlobStore(folder).put(large)
    await damage(folderBlobStore(folder), digest)
    let count = 0
    const read = async () => {
      for await (const piece of await folderBlobStore(folder).stream(digest)) count += piece.byteLength
    }
    await expect(read()).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
    expect(count).toBeLessThan(large.byteLength)
    await expect(folderBlobStore(folder).stream(digest, { first: 0, last: 0 })).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
    })
  })

  it('holds little of what passes through it', async () => {
    const store = folderBlobStore(folder)
    let most = 0
    const watched = async function* (count: number) {
      for (let i = 0; i < count; i++) {
        yield Buffer.allocUnsafeSlow(65_536).fill(i)
        most = Math.max(most, process.memoryUsage().arrayBuffers)
      }
    }
    const { digest } = await store.putStream(watched(4_000))
    for await (const _ of await store.stream(digest)) most = Math.max(most, process.memoryUsage().arrayBuffers)
    expect(most).toBeLessThan(60_000_000)
  })

  it('leaves no temporary file of a stream that failed', async () => {
    const store = folderBlobStore(folder)
    const failing = async function* () {
      yield text('half')
      throw new Error('the sender went away')
    }
    await expect(store.putStream(failing())).rejects.toThrow('the sender went away')
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
  })

  it('finds a file that was cut or lengthened', async () => {
    const store = folderBlobStore(folder)
    const { digest } = await store.put(text('precious'))
    const path = await store.localPath(digest)
    await chmod(path, 0o644)
    await appendFile(path, '!')
    await expect(store.sizeOf(digest)).rejects.toMatchObject({ code: 'BLOB_CORRUPT', data: { sizeBytes: 9 } })
  })

  it('follows no link that was laid in the place of a file', async () => {
    const store = folderBlobStore(folder)
    const secret = join(folder, 'secret')
    await writeFile(secret, 'secret')
    await utimes(secret, 1, 1)
    const { digest } = await store.put(text('precious'))
    const path = await store.localPath(digest)
    for (const target of [secret, folder]) {
      await rm(path)
      await symlink(target, path)
      for (const opened of [store, folderBlobStore(folder)]) {
        expect(await opened.has(digest)).toBe(false)
        expect(await opened.renew(digest)).toBe(false)
        for (const ask of [opened.localPath, opened.stream, opened.sizeOf, (each: Digest) => opened.peek(each, 6)])
          await expect(ask(digest)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
      }
    }
    await store.put(text('precious'))
    expect(Buffer.from(await store.read(digest)).toString()).toBe('precious')
    expect([await readFile(secret, 'utf8'), (await stat(secret)).mtimeMs]).toEqual(['secret', 1_000])
  })

  it('is mended by putting the content again', async () => {
    const store = folderBlobStore(folder)
    const { digest } = await store.put(text('precious'))
    await damage(store, digest)
    await store.put(text('precious'))
    expect(Buffer.from(await store.read(digest)).toString()).toBe('precious')
  })

  it('keeps files read-only and no temporary ones', async () => {
    const store = folderBlobStore(folder)
    const { digest } = await store.put(text('precious'))
    expect((await stat(await store.localPath(digest))).mode & 0o777).toBe(0o444)
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
  })

  it('brings back what a removal that was cut short had set aside', async () => {
    const store = folderBlobStore(folder)
    const { digest } = await store.put(text('precious'))
    const path = await store.localPath(digest)
    const setAside = async () => {
      await mkdir(join(folder, 'leaving'), { recursive: true })
      await rename(path, join(folder, 'leaving', digest.slice(7)))
    }
    await setAside()
    expect(await store.has(digest)).toBe(true)
    await setAside()
    expect(Buffer.from(await folderBlobStore(folder).read(digest)).toString()).toBe('precious')
    await setAside()
    expect(await folderBlobStore(folder).localPath(digest)).toBe(path)
    await setAside()
    expect(await everything(store.list())).toMatchObject([{ digest }])
  })

  it('says HOME_NOT_WRITABLE where it cannot write, naming the folder', async () => {
    const occupied = join(folder, 'occupied')
    await writeFile(occupied, '')
    const store = folderBlobStore(join(occupied, 'blobs'))
    await expect(store.put(text('x'))).rejects.toMatchObject({
      code: 'HOME_NOT_WRITABLE',
      where: join(occupied, 'blobs'),
    })
  })
})

async function everything<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}
