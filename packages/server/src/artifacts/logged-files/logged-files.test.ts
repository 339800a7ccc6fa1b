import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../../../test/start-server.ts'

const startRun = async ({ server }: TestServer) => {
  const { runs } = server.services.tracking
  return (await runs.create({ experimentId: '0', source: 'track' })).id
}

const base = (id: string) => `/api/v1/tracking/runs/${id}/artifacts`

describe('files of a run', () => {
  it('are kept, listed, read and taken away', async () => {
    const server = await startServer()
    const { client } = server
    const id = await startRun(server)
    const file = await client.tracking.writeFile(id, 'plots/größe 1.svg', '<svg/>')
    expect(file).toEqual({
      path: 'plots/größe 1.svg',
      isFolder: false,
      sizeBytes: 6,
      digest: digestOf('<svg/>'),
      mediaType: 'image/svg+xml',
      loggedAt: '2026-03-01T00:00:00.000Z',
    })
    await client.tracking.writeFile(id, 'notes.md', '# Notes')
    await client.tracking.writeFile(id, 'empty', '')
    expect((await client.tracking.files(id)).files).toMatchObject([
      { path: 'empty', isFolder: false, sizeBytes: 0 },
      { path: 'notes.md', isFolder: false, mediaType: 'text/markdown' },
      { path: 'plots', isFolder: true },
    ])
    expect((await client.tracking.files(id, { path: 'plots' })).files).toEqual([file])
    expect((await client.tracking.files(id, { path: 'nowhere' })).files).toEqual([])
    expect(await (await client.tracking.readFile(id, 'empty')).text()).toBe('')
    await client.tracking.deleteFile(id, 'plots')
    await client.tracking.deleteFile(id, 'plots')
    await expect(client.tracking.readFile(id, file.path)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are told of when they come and go', async () => {
    const server = await startServer()
    const id = await startRun(server)
    const stop = new AbortController()
    const heard = (async () => {
      for await (const event of server.client.events(stop.signal)) if (event.id === id) return event.type
      return undefined
    })()
    // Until the stream is open nobody hears anything.
    let isHeard = false
    void heard.then(() => {
      isHeard = true
    })
    const write = async () => {
      await server.client.tracking.writeFile(id, 'notes.md', '# Notes')
      return isHeard
    }
    await expect.poll(write, { timeout: 45_000 }).toBe(true)
    expect(await heard).toBe('trackedRun')
    stop.abort()
  })

  it('are sent with what a browser must know to do no harm', async () => {
    const server = await startServer()
    const { client } = server
    const id = await startRun(server)
    for (const path of ['page.html', 'picture.svg', 'data.xml', 'code.js', 'model.pkl'])
      await client.tracking.writeFile(id, path, '<script>alert(1)</script>')
    const headers = async (path: string) => Object.fromEntries((await client.tracking.readFile(id, path)).headers)
    for (const path of ['page.html', 'picture.svg', 'data.xml', 'code.js', 'model.pkl'])
      expect(await headers(path), path).toMatchObject({
        'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
        'x-content-type-options': 'nosniff',
      })
    expect(await headers('page.html')).toMatchObject({ 'content-disposition': 'inline; filename="page.html"' })
    expect(await headers('model.pkl')).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="model.pkl"',
      'content-length': '25',
      etag: `"${digestOf('<script>alert(1)</script>')}"`,
      'accept-ranges': 'bytes',
    })
  })

  it('come in parts, and not again to who has them', async () => {
    const server = await startServer()
    const id = await startRun(server)
    await server.client.tracking.writeFile(id, 'digits.txt', '0123456789')
    const ask = async (headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET') => {
      const reply = await server.server.app.inject({ method, url: `${base(id)}/content?path=digits.txt`, headers })
      return [reply.statusCode, reply.headers['content-length'], reply.body]
    }
    expect(await ask({ range: 'bytes=2-4' })).toEqual([206, '3', '234'])
    expect(await ask({ range: 'bytes=-2' })).toEqual([206, '2', '89'])
    expect((await ask({ range: 'bytes=10-' }))[0]).toBe(416)
    expect(await ask({ 'if-none-match': `"${digestOf('0123456789')}"` })).toMatchObject([304, undefined, ''])
    expect(await ask({}, 'HEAD')).toEqual([200, '10', ''])
    expect(await ask({ range: 'bytes=2-4' }, 'HEAD')).toEqual([206, '3', ''])
  })

  it('show their rows where they are tables', async () => {
    const server = await startServer()
    const { client } = server
    const id = await startRun(server)
    await client.tracking.writeFile(id, 'birds.csv', 'name,mass\nAda,4000\nBob,3500\nEve,3900\n')
    await client.tracking.writeFile(id, 'birds.jsonl', '{"name":"Ada","mass":4000}\n')
    await client.tracking.writeFile(
      id,
      'split.json',
      '{"columns":["name","mass"],"data":[["Ada",4000],["Bob",{"g":1}]]}',
    )
    await client.tracking.writeFile(id, 'list.json', '[{"name":"Ada"}]')
    await client.tracking.writeFile(id, 'other.json', '{"a":[1]}')
    const page = await client.tracking.previewFile(id, 'birds.csv', { limit: 2 })
    expect(page).toMatchObject({
      items: [
        { name: 'Ada', mass: 4000 },
        { name: 'Bob', mass: 3500 },
      ],
      total: 3,
    })
    const next = await client.tracking.previewFile(id, 'birds.csv', { limit: 2, cursor: page.nextCursor! })
    expect(next.items).toEqual([{ name: 'Eve', mass: 3900 }])
    expect((await client.tracking.previewFile(id, 'birds.jsonl')).items).toEqual([{ name: 'Ada', mass: 4000 }])
    expect((await client.tracking.previewFile(id, 'split.json')).items).toEqual([
      { name: 'Ada', mass: 4000 },
      { name: 'Bob', mass: '{"g":1}' },
    ])
    expect((await client.tracking.previewFile(id, 'list.json')).items).toEqual([{ name: 'Ada' }])
    for (const path of ['other.json', 'birds'])
      await expect(client.tracking.previewFile(id, path)).rejects.toMatchObject({
        code: expect.stringMatching(/DATA_UNREADABLE|NOT_FOUND/),
      })
    expect(readdirSync(join(server.home, 'tmp')).filter((name) => name.startsWith('preview-'))).toEqual([])
  })

  it('show rows of Parquet', async () => {
    const server = await startServer()
    const { client, projectDir } = server
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(projectDir, 'birds.csv'), 'name,mass\nAda,4000\n')
    const { digest } = await client.datasets.ingest('birds', { path: 'birds.csv' })
    const id = await startRun(server)
    await client.tracking.writeFile(id, 'birds.parquet', await client.blobs.read(digest))
    expect((await client.tracking.previewFile(id, 'birds.parquet')).items).toEqual([{ name: 'Ada', mass: 4000 }])
  })

  it('lie at no path that leads elsewhere', async () => {
    const server = await startServer()
    const id = await startRun(server)
    for (const path of ['../x', '/etc/passwd', 'a/../../b', 'a\\b', 'C:/x', 'file:///etc/passwd', 'a\0b', 'a//b']) {
      await expect(server.client.tracking.writeFile(id, path, 'x'), path).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      await expect(server.client.tracking.readFile(id, path), path).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      await expect(server.client.tracking.files(id, { path }), path).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      await expect(server.client.tracking.deleteFile(id, path), path).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      await expect(server.client.tracking.previewFile(id, path), path).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
  })

  it('that are kept elsewhere are neither read nor written', async () => {
    const server = await startServer()
    const { tracking } = server.server.services
    for (const artifactRoot of ['s3://bucket/5', 'file:///etc', '/etc']) {
      const experiment = await tracking.experiments
        .create({ name: `in ${artifactRoot}`, artifactRoot })
        .catch(() => undefined)
      if (!experiment) continue
      const { id, artifactUri } = await tracking.runs.create({ experimentId: experiment.id, source: 'mlflow' })
      expect(await server.client.tracking.files(id)).toEqual({ files: [], elsewhere: artifactUri })
      for (const ask of [
        () => server.client.tracking.readFile(id, 'passwd'),
        () => server.client.tracking.writeFile(id, 'passwd', 'x'),
        () => server.client.tracking.deleteFile(id, 'passwd'),
      ])
        await expect(ask()).rejects.toMatchObject({
          code: 'INVALID_INPUT',
          message: expect.stringContaining(artifactUri),
        })
    }
  })

  it('are refused where they are too large, packed, or the run is deleted or unknown', async () => {
    const server = await startServer({ maxBlobBytes: 1_000 })
    const { client } = server
    const id = await startRun(server)
    await expect(client.tracking.writeFile(id, 'a', 'x'.repeat(1_001))).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    })
    const packed = await server.server.app.inject({
      method: 'PUT',
      url: `${base(id)}/content?path=a`,
      headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' },
      payload: 'x',
    })
    expect(packed.json().error).toMatchObject({ code: 'INVALID_INPUT', where: 'header content-encoding' })
    await client.tracking.writeFile(id, 'a', 'x')
    await server.server.services.tracking.runs.delete(id)
    await expect(client.tracking.writeFile(id, 'b', 'x')).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await (await client.tracking.readFile(id, 'a')).text()).toBe('x')
    await expect(client.tracking.files('unknown')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('outlast a collection, and their content goes with the next one once they are taken away', async () => {
    const server = await startServer()
    const { client, clock } = server
    const id = await startRun(server)
    const { digest } = await client.tracking.writeFile(id, 'a', 'kept')
    await client.tracking.writeFile(id, 'b', 'kept')
    const other = await client.tracking.writeFile(id, 'c', 'let go')
    const collect = async () => {
      clock.advance(3 * 3_600_000)
      await client.collectGarbage({ keepRuns: 1, keepDays: 0, keepCacheDays: 0, dryRun: false })
      return Promise.all(
        [digest!, other.digest!].map((each) =>
          server.server.services.files.read(each).then(
            () => true,
            () => false,
          ),
        ),
      )
    }
    expect(await collect()).toEqual([true, true])
    await client.tracking.deleteFile(id, 'c')
    await client.tracking.deleteFile(id, 'b')
    expect(await collect()).toEqual([true, false])
    expect(await (await client.tracking.readFile(id, 'a')).text()).toBe('kept')
  })

  it('leave nothing of an upload that breaks off', async () => {
    const server = await startServer()
    const id = await startRun(server)
    await server.client.tracking.writeFile(id, 'file', 'old')
    const broken = new Promise<void>((resolve) => {
      const sent = request(`${server.server.url}${base(id)}/content?path=file`, {
        method: 'PUT',
        headers: { 'content-length': '1000000', 'content-type': 'application/octet-stream' },
      })
      sent.on('error', () => resolve())
      sent.write(Buffer.alloc(200_000))
      setTimeout(() => sent.destroy(), 100)
    })
    await broken
    const tmp = join(server.home, 'blobs', 'tmp')
    await expect.poll(() => readdirSync(tmp), { timeout: 45_000 }).toEqual([])
    expect(await (await server.client.tracking.readFile(id, 'file')).text()).toBe('old')
  })
})

describe('files of a logged model', () => {
  it('are listed and read', async () => {
    const server = await startServer()
    const { tracking, files } = server.server.services
    const model = await tracking.loggedModels.create({ experimentId: '0', name: 'net' })
    const root = `0/models/${model.id}/artifacts`
    await files.put(
      `${root}/MLmodel`,
      (async function* () {
        yield Buffer.from('flavors: {}')
      })(),
    )
    const owned = server.client.tracking.modelFiles(model.id)
    expect((await owned.list()).files).toMatchObject([{ path: 'MLmodel', sizeBytes: 11 }])
    expect(await (await owned.read('MLmodel')).text()).toBe('flavors: {}')
    await expect(owned.preview('MLmodel')).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})

describe('files of a registered version', () => {
  it('are those that it was registered from', async () => {
    const server = await startServer()
    const { tracking, files, models } = server.server.services
    const run = await tracking.runs.create({ experimentId: '0', source: 'mlflow' })
    await files.put(
      `0/${run.id}/artifacts/model/MLmodel`,
      (async function* () {
        yield Buffer.from('flavors: {}')
      })(),
    )
    await models.create({ name: 'net' })
    const source = `${run.artifactUri}/model`
    await models.createVersion({ model: 'net', source, by: 'ada' })
    const owned = server.client.tracking.versionFiles('net', 1)
    expect((await owned.list()).files).toMatchObject([{ path: 'MLmodel', isFolder: false }])
    expect(await (await owned.read('MLmodel')).text()).toBe('flavors: {}')
    await expect(server.client.tracking.versionFiles('net', 2).list()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are found through a run, through another version, and said to be elsewhere', async () => {
    const server = await startServer()
    const { tracking, files } = server.server.services
    const run = await tracking.runs.create({ experimentId: '0', source: 'mlflow' })
    await files.put(
      `0/${run.id}/artifacts/my model/MLmodel`,
      (async function* () {
        yield Buffer.from('flavors: {}')
      })(),
    )
    await server.client.models.create({ name: 'net' })
    await server.client.models.registerVersion('net', { runId: run.id, path: 'my model' })
    await server.client.models.registerVersion('net', { source: 'models:/net/1' })
    await server.client.models.registerVersion('net', { source: 's3://bucket/model' })
    await server.client.models.registerVersion('net', { source: 'models:/net/4' })
    for (const version of [1, 2]) {
      const owned = server.client.tracking.versionFiles('net', version)
      expect((await owned.list()).files).toMatchObject([{ path: 'MLmodel' }])
      expect(await (await owned.read('MLmodel')).text()).toBe('flavors: {}')
    }
    const elsewhere = await server.client.tracking.versionFiles('net', 3).list()
    expect(elsewhere).toEqual({ files: [], elsewhere: 's3://bucket/model' })
    const circle = await server.client.tracking.versionFiles('net', 4).list()
    expect(circle).toEqual({ files: [], elsewhere: 'models:/net/4' })
  })
})
