import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { rawHttp } from '../../../../test/raw-http.ts'
import { startServer } from '../../../../test/start-server.ts'

const PROXY = '/api/2.0/mlflow-artifacts/artifacts'

async function open(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer(options)
  const { tracking, models } = started.server.services
  const run = await tracking.runs.create({ experimentId: '0', source: 'mlflow' })
  const root = `0/${run.id}/artifacts`
  const ask = (method: string, path: string, sent: Parameters<typeof rawHttp>[3] = {}) =>
    rawHttp(started.server.url, method, path, sent)
  const put = (path: string, body: string | Uint8Array = 'x', headers: Record<string, string> = {}) =>
    ask('PUT', `${PROXY}/${root}/${path}`, { body, headers })
  const json = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const reply = await ask(method, path, body === undefined ? {} : { body: JSON.stringify(body), headers })
    return { status: reply.status, body: JSON.parse(reply.text) }
  }
  const list = async (path: string) =>
    (await json('GET', `${PROXY}?path=${encodeURIComponent(path)}`)).body.files?.map(
      (file: { path: string }) => file.path,
    )
  return { ...started, tracking, models, run, root, ask, put, json, list }
}

describe('the artifact proxy', () => {
  it('keeps files and gives them back', async () => {
    const { ask, put, root, json, run } = await open()
    const file = randomBytes(300_000)
    const sent = await put('d/b.bin', file, { 'content-type': 'application/json' })
    expect([sent.status, sent.text]).toEqual([200, '{}'])
    await put('MLmodel', 'flavors: {}', { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' })
    await put('page.html', '<script>alert(1)</script>')
    await put('empty.txt', '')
    const got = await ask('GET', `${PROXY}/${root}/d/b.bin`)
    expect(got.bytes.equals(file)).toBe(true)
    expect(got.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '300000',
      'content-disposition': 'attachment; filename="b.bin"',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${digestOf(file)}"`,
    })
    const type = async (name: string) => (await ask('GET', `${PROXY}/${root}/${name}`)).headers
    expect(await type('MLmodel')).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'content-length': '11' })
    expect(await type('page.html')).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': 'attachment; filename="page.html"',
      'content-security-policy': expect.stringMatching(/^sandbox;/),
    })
    expect(await type('empty.txt')).toMatchObject({ 'content-length': '0' })
    expect(await json('GET', `${PROXY}?path=${root}`)).toEqual({
      status: 200,
      body: {
        files: [
          { path: 'MLmodel', is_dir: false, file_size: 11 },
          { path: 'd', is_dir: true },
          { path: 'empty.txt', is_dir: false, file_size: 0 },
          { path: 'page.html', is_dir: false, file_size: 25 },
        ],
      },
    })
    expect((await json('GET', `${PROXY}?path=${root}/d`)).body.files).toEqual([
      { path: 'b.bin', is_dir: false, file_size: 300_000 },
    ])
    for (const path of [`${root}/d/b.bin`, `${root}/nope`, 'nowhere'])
      expect(await json('GET', `${PROXY}?path=${path}`)).toEqual({ status: 200, body: {} })
    expect((await json('GET', PROXY)).body).toEqual({ files: [{ path: '0', is_dir: true }] })
    expect((await json('GET', `/ajax-api/2.0/mlflow-artifacts/artifacts?path=0`)).body).toEqual({
      files: [{ path: run.id, is_dir: true }],
    })
  })

  it('sends parts, heads, and nothing to who has it', async () => {
    const { ask, put, root } = await open()
    await put('digits', '0123456789')
    const url = `${PROXY}/${root}/digits`
    const part = await ask('GET', url, { headers: { range: 'bytes=3-5' } })
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, '345', 'bytes 3-5/10'])
    expect((await ask('GET', url, { headers: { range: 'bytes=10-' } })).status).toBe(416)
    const known = await ask('GET', url, { headers: { 'if-none-match': `"${digestOf('0123456789')}"` } })
    expect([known.status, known.text]).toEqual([304, ''])
    const head = await ask('HEAD', url)
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '10', ''])
    expect((await ask('GET', `/ajax-api/2.0/mlflow-artifacts/artifacts/${root}/digits`)).text).toBe('0123456789')
  })

  it('keeps names of every script, long ones and ones with spaces', async () => {
    const { ask, put, root, list } = await open()
    const names = [
      'sp ace.txt',
      'größe.csv',
      '模型.onnx',
      '🙂',
      'a+b&c=d;e.txt',
      'quote\'d "name".txt',
      'percent 100%.txt',
      'n'.repeat(200),
    ]
    for (const name of names) {
      expect((await put(encodeURIComponent(name), name)).status, name).toBe(200)
      const got = await ask('GET', `${PROXY}/${root}/${encodeURIComponent(name)}`)
      expect([got.status, got.text], name).toEqual([200, name])
    }
    expect(new Set(await list(root))).toEqual(new Set(names))
    const deep = Array.from({ length: 60 }, (_, i) => `folder-number-${i}`).join('/')
    expect((await put(`${deep}/file`, 'deep')).status).toBe(200)
    expect((await ask('GET', `${PROXY}/${root}/${deep}/file`)).text).toBe('deep')
    expect((await put(Array.from({ length: 500 }, () => 'folder-name').join('/'))).status).toBe(400)
  })

  it('lists a thousand files', async () => {
    const { server, root, list, run } = await open()
    const one = async function* () {
      yield Buffer.from('x')
    }
    for (let i = 0; i < 1_000; i++) await server.services.files.put(`${root}/many/${i}.txt`, one())
    expect(await list(`${root}/many`)).toHaveLength(1_000)
    expect(await list(`0/${run.id}`)).toEqual(['artifacts'])
  })

  it('takes files and folders away', async () => {
    const { ask, put, root, list } = await open()
    for (const path of ['a/b', 'a/c', 'ab']) await put(path)
    for (const path of ['a/', 'nowhere']) {
      const reply = await ask('DELETE', `${PROXY}/${root}/${path}`)
      expect([reply.status, reply.text]).toEqual([200, '{}'])
    }
    expect(await list(root)).toEqual(['ab'])
    expect((await ask('DELETE', `${PROXY}/`)).status).toBe(400)
    expect(await list(root)).toEqual(['ab'])
  })

  it('says what is not there, what is a folder, and what is in the way', async () => {
    const { json, put, root } = await open()
    await put('d/file')
    expect(await json('GET', `${PROXY}/${root}/nope`)).toEqual({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `No such artifact: '${root}/nope'` },
    })
    expect(await json('GET', `${PROXY}/${root}/d`)).toEqual({
      status: 400,
      body: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: `Artifact path refers to a directory, not a file: '${root}/d'`,
      },
    })
    for (const path of ['d', 'd/file/below']) {
      const reply = await put(path)
      expect([reply.status, JSON.parse(reply.text).error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE'])
    }
  })

  it('refuses what is too large or packed, announced or not', async () => {
    const { put, home, list, root } = await open({ maxBlobBytes: 1_000 })
    const large = 'x'.repeat(1_001)
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const reply = await put('large', large, headers)
      expect([reply.status, JSON.parse(reply.text).error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE'])
    }
    expect((await put('packed', 'x', { 'content-encoding': 'gzip' })).status).toBe(400)
    expect((await put('plain', 'x', { 'content-encoding': 'identity' })).status).toBe(200)
    expect(await list(root)).toEqual(['plain'])
    expect(readdirSync(join(home, 'blobs', 'tmp'))).toEqual([])
  })

  it('keeps nothing of an upload that breaks off, and the old file', async () => {
    const { server, put, ask, root, home } = await open()
    await put('file', 'old')
    for (const headers of [{ 'content-length': '5000000' }, { 'transfer-encoding': 'chunked' }]) {
      await new Promise<void>((resolve) => {
        const sent = request(`${server.url}${PROXY}/${root}/file`, { method: 'PUT', headers })
        sent.on('error', () => resolve())
        sent.on('close', () => resolve())
        sent.write(randomBytes(1_000_000), () => setTimeout(() => sent.destroy(), 50))
      })
    }
    await expect.poll(() => readdirSync(join(home, 'blobs', 'tmp')), { timeout: 45_000 }).toEqual([])
    expect((await ask('GET', `${PROXY}/${root}/file`)).text).toBe('old')
  })

  it('has one of those that came at once under one path, whole', async () => {
    const { put, ask, root, list } = await open()
    const bodies = Array.from({ length: 6 }, (_, i) => Buffer.alloc(500_000, i))
    const replies = await Promise.all(bodies.map((body) => put('same', body)))
    expect(replies.map(({ status }) => status)).toEqual(bodies.map(() => 200))
    const { bytes } = await ask('GET', `${PROXY}/${root}/same`)
    expect(bodies.some((body) => body.equals(bytes))).toBe(true)
    expect(await list(root)).toEqual(['same'])
  })
})

describe('files by their owner', () => {
  it('are listed from the root of their run', async () => {
    const { put, json, run } = await open()
    await put('d/f.txt', 'hello')
    const listed = (path?: string) =>
      json('GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}${path === undefined ? '' : `&path=${path}`}`)
    const root_uri = run.artifactUri
    expect((await listed()).body).toEqual({ root_uri, files: [{ path: 'd', is_dir: true }] })
    expect((await listed('d')).body).toEqual({ root_uri, files: [{ path: 'd/f.txt', is_dir: false, file_size: 5 }] })
    for (const path of ['nope', 'd/f.txt']) expect((await listed(path)).body).toEqual({ root_uri })
    expect(await listed('../x')).toMatchObject({ status: 400, body: { message: 'Invalid path' } })
    expect(await json('GET', '/api/2.0/mlflow/artifacts/list?run_uuid=none')).toEqual({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Run with id=none not found' },
    })
  })

  it('are sent for a run, a version and a logged model', async () => {
    const { put, ask, json, run, tracking, models, server } = await open()
    await put('model/MLmodel', 'of the run')
    const got = await ask('GET', `/get-artifact?run_id=${run.id}&path=model/MLmodel`)
    expect([got.text, got.headers['content-disposition']]).toEqual(['of the run', 'attachment; filename="MLmodel"'])
    await models.create({ name: 'my net' })
    await models.createVersion({ model: 'my net', source: `${run.artifactUri}/model`, by: 'ada' })
    const versioned = '/model-versions/get-artifact?name=my%20net&path=MLmodel'
    expect((await ask('GET', `${versioned}&version=1`)).text).toBe('of the run')
    expect(await json('GET', `${versioned}&version=2`)).toMatchObject({
      status: 404,
      body: { message: 'Model Version (name=my net, version=2) not found' },
    })
    const model = await tracking.loggedModels.create({ experimentId: '0', name: 'net' })
    const bytes = async function* () {
      yield Buffer.from('of the model')
    }
    await server.services.files.put(`0/models/${model.id}/artifacts/MLmodel`, bytes())
    const files = `/ajax-api/2.0/mlflow/logged-models/${model.id}/artifacts/files`
    expect((await ask('GET', `${files}?artifact_file_path=MLmodel`)).text).toBe('of the model')
    expect(await json('GET', files)).toMatchObject({ status: 400, body: { error_code: 'BAD_REQUEST' } })
    const folders = `/api/2.0/mlflow/logged-models/${model.id}/artifacts/directories`
    expect((await json('GET', folders)).body).toEqual({
      root_uri: model.artifactUri,
      files: [{ path: 'MLmodel', is_dir: false, file_size: 12 }],
    })
    expect((await json('GET', '/get-artifact?run_id=none&path=x')).status).toBe(404)
    for (const query of [`run_id=${run.id}`, 'path=x', `run_id=${run.id}&path=`])
      expect((await json('GET', `/get-artifact?${query}`)).status).toBe(400)
  })

  it('come from a page as a whole, up to ten megabytes', async () => {
    const { ask, run, root } = await open()
    const url = (path: string) => `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=${path}`
    const sent = await ask('POST', url('notes/a.txt'), { body: 'note' })
    expect([sent.status, sent.text]).toEqual([200, ''])
    expect((await ask('GET', `${PROXY}/${root}/notes/a.txt`)).text).toBe('note')
    for (const body of ['', Buffer.alloc(10 * 1024 * 1024 + 1)])
      expect((await ask('POST', url('b'), { body })).status).toBe(400)
    expect((await ask('POST', url('../b'), { body: 'x' })).text).toContain('Invalid path')
  })

  it('that are kept elsewhere are neither listed, read nor written', async () => {
    const { tracking, json, ask } = await open()
    const experiment = await tracking.experiments.create({ name: 'cloud', artifactRoot: 's3://bucket/5' })
    const { id, artifactUri } = await tracking.runs.create({ experimentId: experiment.id, source: 'mlflow' })
    expect((await json('GET', `/api/2.0/mlflow/artifacts/list?run_id=${id}`)).body).toEqual({ root_uri: artifactUri })
    const refused = await json('GET', `/get-artifact?run_id=${id}&path=x`)
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining(artifactUri) } })
    const upload = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${id}&path=x`
    expect((await ask('POST', upload, { body: 'x' })).status).toBe(400)
  })
})

describe('a presigned download', () => {
  it('is an address of this server at which parts are to be had, with the right of who asked', async () => {
    const token = 'a-token-of-some-length'
    const { put, json, root, server, ask } = await open({ token })
    const authorization = `Bearer ${token}`
    await put('d/f%20%C3%BC.txt', '0123456789', { authorization })
    const url = `/api/2.0/mlflow-artifacts/presigned/${root}/d/f%20%C3%BC.txt`
    expect((await json('GET', url)).status).toBe(401)
    const signed = JSON.parse((await ask('GET', url, { headers: { authorization } })).text)
    expect(signed).toEqual({
      url: `${server.url}${PROXY}/${root}/d/f%20%C3%BC.txt`,
      headers: { Authorization: authorization },
      file_size: 10,
    })
    const part = await fetch(signed.url, { headers: { ...signed.headers, Range: 'bytes=2-3' } })
    expect([part.status, await part.text()]).toEqual([206, '23'])
  })
})

describe('the digest of a file', () => {
  it('is that of what was sent, in whatever pieces it came', async () => {
    const { server, root, ask } = await open()
    const file = randomBytes(1_234_567)
    await new Promise<void>((resolve, reject) => {
      const sent = request(`${server.url}${PROXY}/${root}/file`, { method: 'PUT' }, (reply) => {
        reply.resume().on('end', () => resolve())
      })
      sent.on('error', reject)
      for (let start = 0; start < file.length; start += 777) sent.write(file.subarray(start, start + 777))
      sent.end()
    })
    const { headers } = await ask('HEAD', `${PROXY}/${root}/file`)
    expect(headers.etag).toBe(`"sha256:${createHash('sha256').update(file).digest('hex')}"`)
  })
})
