import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { rawHttp } from '../../../../../test/raw-http.ts'
import { startServer } from '../../../../../test/start-server.ts'

const MPU = '/api/2.0/mlflow-artifacts/mpu'
const DIR = '0/run/artifacts/model'
type Credential = { readonly url: string; readonly part_number: number; readonly headers: Record<string, string> }

async function open(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer(options)
  const post = async (verb: string, body: unknown, dir = DIR, headers: Record<string, string> = {}) => {
    const reply = await rawHttp(started.server.url, 'POST', `${MPU}/${verb}/${dir}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
    return { status: reply.status, body: JSON.parse(reply.text) }
  }
  const create = async (parts: number, path = '/home/ada/big.bin') => {
    const { body } = await post('create', { path, num_parts: parts })
    return { id: body.upload_id as string, credentials: body.credentials as readonly Credential[] }
  }
  const putPart = async ({ url, headers }: Credential, body: string | Uint8Array) => {
    const reply = await rawHttp(started.server.url, 'PUT', new URL(url).pathname, { body, headers })
    return { status: reply.status, etag: String(reply.headers.etag) }
  }
  const send = async (credentials: readonly Credential[], bodies: readonly (string | Uint8Array)[]) => {
    const parts = []
    for (const [i, credential] of credentials.entries())
      parts.push({ part_number: i + 1, etag: (await putPart(credential, bodies[i]!)).etag, url: credential.url })
    return parts
  }
  const complete = (id: string, parts: unknown, path = '/home/ada/big.bin') =>
    post('complete', { path, upload_id: id, parts })
  const folder = join(started.home, 'tmp', 'multipart')
  const left = () => (existsSync(folder) ? readdirSync(folder, { recursive: true }) : [])
  return { ...started, files: started.server.services.files, post, create, putPart, send, complete, left, folder }
}

describe('an upload in parts', () => {
  it('becomes one file when all of them are there', async () => {
    const { create, putPart, complete, files, left } = await open()
    const bodies = [randomBytes(300_000), randomBytes(300_000), randomBytes(10)]
    const { id, credentials } = await create(3)
    expect(id).toMatch(/^[0-9a-f]{48}$/)
    const sent = await Promise.all(credentials.map((credential, i) => putPart(credential, bodies[i]!)))
    const parts = sent.map(({ etag }, i) => ({ part_number: i + 1, etag, url: credentials[i]!.url }))
    expect(await complete(id, parts)).toEqual({ status: 200, body: {} })
    expect(await files.get(`${DIR}/big.bin`)).toMatchObject({ digest: digestOf(Buffer.concat(bodies)) })
    expect(left()).toEqual([])
    // Whoever did not hear the answer asks again.
    expect(await complete(id, parts)).toEqual({ status: 200, body: {} })
    expect((await putPart(credentials[0]!, 'late')).status).toBe(404)
  })

  it('takes a part again, and completes only with the one that was sent last', async () => {
    const { create, send, putPart, complete, files } = await open()
    const { id, credentials } = await create(2, 'C:\\Users\\ada\\big.bin')
    const [first, second] = await send(credentials, ['old', '!'])
    const { etag } = await putPart(credentials[0]!, 'new')
    const path = 'C:\\Users\\ada\\big.bin'
    expect((await complete(id, [first, second], path)).body.message).toContain('Part 1 is not the one')
    expect((await complete(id, [{ ...first, etag }, second], path)).status).toBe(200)
    expect(await files.get(`${DIR}/big.bin`)).toMatchObject({ digest: digestOf('new!') })
  })

  it('is refused with parts missing, doubled or in another order, and can still be completed', async () => {
    const { create, send, complete, files } = await open()
    const { id, credentials } = await create(3)
    const [a, b] = await send(credentials.slice(0, 2), ['a', 'b'])
    const c = { part_number: 3, etag: '"x"' }
    for (const parts of [[], [a], [a, b, c], [b, a, c], [a, a, b], [{ part_number: 'x' }], 'abc', undefined])
      expect((await complete(id, parts)).status, JSON.stringify(parts)).toBe(400)
    const [last] = await send(credentials.slice(2), ['c'])
    expect((await complete(id, [a, b, { ...last, part_number: 3 }])).status).toBe(200)
    expect(await files.get(`${DIR}/big.bin`)).toMatchObject({ digest: digestOf('abc') })
  })

  it('belongs to the path that it was begun for', async () => {
    const { create, send, post } = await open()
    const { id, credentials } = await create(1)
    const parts = await send(credentials, ['x'])
    const body = { path: 'big.bin', upload_id: id, parts }
    expect((await post('complete', body, '0/other/artifacts')).status).toBe(404)
    expect((await post('complete', { ...body, path: 'small.bin' })).status).toBe(404)
    expect((await post('complete', { ...body, upload_id: 'unknown' })).status).toBe(404)
    expect((await post('complete', body)).status).toBe(200)
  })

  it('goes when it is given up', async () => {
    const { create, send, post, putPart, left } = await open()
    const { id, credentials } = await create(2)
    await send(credentials, ['a', 'b'])
    for (let i = 0; i < 2; i++)
      expect(await post('abort', { path: 'big.bin', upload_id: id })).toEqual({ status: 200, body: {} })
    expect(left()).toEqual([])
    expect((await putPart(credentials[0]!, 'late')).status).toBe(404)
  })

  it('is swept when nobody has sent anything for a day, and after a restart', async () => {
    const { create, send, putPart, clock, left, restart, folder } = await open()
    const old = await create(1)
    await send(old.credentials, ['x'])
    clock.advance(25 * 3_600_000)
    const young = await create(1)
    expect((await putPart(old.credentials[0]!, 'late')).status).toBe(404)
    expect((await putPart(young.credentials[0]!, 'y')).status).toBe(200)
    const again = await restart()
    await expect.poll(left, { timeout: 45_000 }).toEqual([])
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'rest'), 'x')
    await again.restart()
    await expect.poll(left, { timeout: 45_000 }).toEqual([])
  })

  it('has its limits', async () => {
    const { post, create, putPart, left } = await open({ maxBlobBytes: 1_000 })
    for (const num_parts of [0, -1, 10_001, 'many'])
      expect((await post('create', { path: 'a', num_parts })).status, String(num_parts)).toBe(400)
    const { credentials } = await create(2)
    expect((await putPart(credentials[0]!, 'x'.repeat(600))).status).toBe(200)
    expect((await putPart(credentials[1]!, 'x'.repeat(401))).status).toBe(400)
    expect((await putPart(credentials[0]!, 'x'.repeat(700))).status).toBe(200)
    for (const number of ['0', '3', 'x', '1.5']) {
      const url = credentials[0]!.url.replace(/1$/, number)
      expect((await putPart({ ...credentials[0]!, url }, 'x')).status, number).toBe(400)
    }
    expect(left()).toHaveLength(2)
    for (let i = 0; i < 99; i++) await create(1)
    expect((await post('create', { path: 'a', num_parts: 1 })).status).toBe(429)
  })

  it('takes no path that leads elsewhere', async () => {
    const { post } = await open()
    for (const dir of ['..', '../..', '%2e%2e/x', 'a/%252e%252e', '/etc', 'a%5c..', 'a%23b', 'C:/x', 'file:///etc'])
      for (const verb of ['create', 'complete', 'abort']) {
        const body = { path: 'x', num_parts: 1, upload_id: 'x', parts: [{ part_number: 1, etag: 'x' }] }
        expect(await post(verb, body, dir), `${verb} ${dir}`).toMatchObject({
          status: 400,
          body: { message: 'Invalid path' },
        })
      }
    for (const path of ['..', 'a/..', 'a\\..', '%2e%2e', 'a#b', ''])
      expect((await post('create', { path, num_parts: 1 })).status, path).toBe(400)
  })

  it('passes the right of who began it to the parts', async () => {
    const token = 'a-token-of-some-length'
    const authorization = `Bearer ${token}`
    const { post, putPart } = await open({ token })
    expect((await post('create', { path: 'a', num_parts: 1 })).status).toBe(401)
    const { body } = await post('create', { path: 'a', num_parts: 1 }, DIR, {
      authorization,
      'x-forwarded-proto': 'https',
    })
    const [credential] = body.credentials
    expect(credential.headers).toEqual({ Authorization: authorization })
    expect(credential.url).toMatch(/^https:\/\/127\.0\.0\.1/)
    expect((await putPart(credential, 'x')).status).toBe(200)
    expect((await putPart({ ...credential, headers: {} }, 'x')).status).toBe(401)
  })
})
