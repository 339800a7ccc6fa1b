import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Artifact, type Digest, digestOf } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { parseRange } from '../http/byte-range.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const kept = (client: RegiaClient, text: string) => client.blobs.write(bytes(text))

type Made = Omit<Artifact, 'digest' | 'sizeBytes'> & { readonly digest: Digest; readonly sizeBytes: number }

/** A run whose only step made this. */
async function made(client: RegiaClient, out: Made): Promise<string> {
  const kind = out.kind === 'list' ? 'file' : out.kind
  const type = kind === 'value' ? ({ kind, schema: {} } as const) : ({ kind } as const)
  await deploy(client, graph('make', [step('make', { outputs: { out: type } })]))
  const { id } = await client.pipelines.run('make', { useCache: false })
  await workUntilIdle(client, () => ({ status: 'succeeded', outputs: { out } }))
  const run = await client.runs.get(id)
  expect(run.status, JSON.stringify(run.error)).toBe('succeeded')
  return id
}

describe('the content of an artifact', () => {
  it('is the bytes under their type, name and digest', async () => {
    const { client, server } = await startServer()
    const blob = await kept(client, 'a,b\n1,2\n')
    const id = await made(client, { kind: 'file', mediaType: 'text/csv', ...blob })
    const reply = await client.runs.artifact(id, 'make', 'out')
    expect(await reply.text()).toBe('a,b\n1,2\n')
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-length': '8',
      'content-disposition': 'inline; filename="out.csv"',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${blob.digest}"`,
    })
    expect(reply.headers.has('content-security-policy')).toBe(false)
    const url = `/api/v1/runs/${id}/steps/make/outputs/out/content`
    const again = await server.app.inject({ url, headers: { 'if-none-match': `W/"x", "${blob.digest}"` } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const head = await server.app.inject({ method: 'HEAD', url })
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '8', ''])
  })

  it('comes in parts', async () => {
    const { client, server } = await startServer()
    const id = await made(client, { kind: 'file', ...(await kept(client, '0123456789')) })
    const part = async (range: string, headers = {}) => {
      const url = `/api/v1/runs/${id}/steps/make/outputs/out/content`
      const reply = await server.app.inject({ url, headers: { range, ...headers } })
      return [reply.statusCode, reply.headers['content-range'], reply.body]
    }
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await part('bytes=0-99')).toEqual([206, 'bytes 0-9/10', '0123456789'])
    expect(await part('bytes=0-1,3-4')).toEqual([200, undefined, '0123456789'])
    expect(await part('bytes=2-4', { 'if-range': '"other"' })).toEqual([200, undefined, '0123456789'])
    const [status, range, body] = await part('bytes=10-')
    expect([status, range]).toEqual([416, 'bytes */10'])
    expect(body).toContain('"INVALID_INPUT"')
  })

  it('can do nothing in the name of the control room', async () => {
    const { client } = await startServer()
    for (const mediaType of [
      'text/html',
      'image/svg+xml',
      'application/pdf',
      'text/xml',
      'text/html; charset=x',
      'TEXT/HTML',
    ]) {
      const id = await made(client, { kind: 'file', mediaType, ...(await kept(client, '<script>alert(1)</script>')) })
      const { headers } = await client.runs.artifact(id, 'make', 'out')
      expect(headers.get('content-security-policy'), mediaType).toMatch(/^sandbox; default-src 'none'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    const odd = { kind: 'file', mediaType: 'text/html\r\nset-cookie: a=b', ...(await kept(client, 'x')) } as const
    const { headers } = await client.runs.artifact(await made(client, odd), 'make', 'out')
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toBe('attachment; filename="out"')
  })

  it('is JSON for values', async () => {
    const { client } = await startServer()
    const id = await made(client, {
      kind: 'value',
      digest: digestOf('{"a":[1,2]}'),
      sizeBytes: 11,
      value: { a: [1, 2] },
    })
    const reply = await client.runs.artifact(id, 'make', 'out')
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(await reply.json()).toEqual({ a: [1, 2] })
  })

  it('of a folder is each of its files', async () => {
    const { client } = await startServer()
    const paths = ['plots/größe "1".svg', 'notes.md', 'raw']
    const files = await Promise.all(paths.map(async (path) => ({ path, ...(await kept(client, `in ${path}`)) })))
    const { digest } = await kept(client, JSON.stringify({ files }))
    const id = await made(client, { kind: 'folder', digest, sizeBytes: 99, count: 3 })
    expect((await client.runs.files(id, 'make', 'out')).files).toEqual(files)
    const file = await client.runs.artifact(id, 'make', 'out', { path: paths[0]! })
    expect(await file.text()).toBe(`in ${paths[0]}`)
    expect(file.headers.get('content-type')).toBe('image/svg+xml')
    expect(file.headers.get('content-disposition')).toBe(
      `inline; filename="gr__e__1_.svg"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20_1_.svg`,
    )
    await expect(client.runs.artifact(id, 'make', 'out', { path: 'note.md' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "notes.md"?',
    })
    for (const path of ['../notes.md', '/etc/passwd', 'plots/../notes.md'])
      await expect(client.runs.artifact(id, 'make', 'out', { path })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('of a list is each of its elements', async () => {
    const { client, server, projectDir, home } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), 'name,mass\nAda,4000\nBob,3500\n')
    const { digest: tableDigest, sizeBytes } = await client.datasets.ingest('birds', { path: 'birds.csv' })
    const items = [
      { kind: 'value', digest: digestOf('7'), sizeBytes: 1, value: 7 },
      { kind: 'file', mediaType: 'image/png', ...(await kept(client, 'picture')) },
      { kind: 'table', digest: tableDigest, sizeBytes, rowCount: 2 },
    ]
    const list = await kept(client, JSON.stringify({ items }))
    const id = await made(client, { kind: 'file', ...list })
    // As a mapped step leaves it.
    const outputs = { out: { kind: 'list', ...list, count: 3, itemKind: 'file' } }
    const file = new SqliteDatabase(join(home, 'regia.db'))
    file.prepare('update step_run set outputs = ?').run(JSON.stringify(outputs))
    file.close()
    expect(await (await client.runs.artifact(id, 'make', 'out', { index: 0 })).json()).toBe(7)
    const picture = await client.runs.artifact(id, 'make', 'out', { index: 1 })
    expect([await picture.text(), picture.headers.get('content-disposition')]).toEqual([
      'picture',
      'inline; filename="out-1.png"',
    ])
    const url = `/api/v1/runs/${id}/steps/make/outputs/out`
    expect((await server.app.inject(`${url}/rows?index=2&limit=1`)).json()).toMatchObject({
      items: [{ name: 'Ada' }],
      total: 2,
    })
    expect((await server.app.inject(`${url}/rows`)).json().error.hint).toBe('Add "index" for one of its elements.')
    expect((await server.app.inject(`${url}/content?index=3`)).json().error).toMatchObject({
      code: 'NOT_FOUND',
      hint: 'It has the elements 0 to 2.',
    })
    expect((await (await client.runs.artifact(id, 'make', 'out')).json()).items).toHaveLength(3)
  })

  it('says what is not there, and what was asked of the wrong kind', async () => {
    const { client } = await startServer()
    const id = await made(client, { kind: 'file', ...(await kept(client, 'x')) })
    const refused = (...[step, output, query]: [string, string, { path?: string; index?: number }?]) =>
      client.runs.artifact(id, step, output, query).then(
        () => 'taken',
        (error) => [error.code, error.message, error.hint],
      )
    expect(await refused('mak', 'out')).toEqual(['NOT_FOUND', `Run "${id}" has no step "mak".`, 'Did you mean "make"?'])
    expect(await refused('make', 'constructor')).toMatchObject(['NOT_FOUND', expect.anything(), 'There is: out.'])
    expect(await refused('make', 'out', { index: 0 })).toEqual([
      'INVALID_INPUT',
      'Output "make.out" is a file, not a list.',
      'Only a list has an "index".',
    ])
    expect(await refused('make', 'out', { path: 'a' })).toMatchObject([
      'INVALID_INPUT',
      'Output "make.out" is a file, not a folder.',
      expect.anything(),
    ])
    await expect(client.runs.preview(id, 'make', 'out')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(
      client.runs.artifact(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`, 'make', 'out'),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('parseRange', () => {
  it('answers with everything what it need not understand', () => {
    for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'items=1-2', 'bytes=a-b', 'bytes= 1-2'])
      expect(parseRange(header, 10), header).toBe('whole')
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable')
    expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable')
    expect(parseRange('bytes=-20', 10)).toEqual({ first: 0, last: 9 })
  })
})
