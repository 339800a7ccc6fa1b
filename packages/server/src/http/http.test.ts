import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERROR_CODES } from '@regia/core'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../test/start-server.ts'
import { ERROR_STATUS } from './error-status.ts'

const TOKEN = 'a-token-that-is-long-enough'

/** One raw request, for what no client would send. */
function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let reply = ''
    socket.on('data', (chunk) => {
      reply += chunk
    })
    socket.on('end', () => resolve(reply))
    socket.on('error', reject)
  })
}

describe('errors', () => {
  it('have a status each', () => {
    expect(Object.keys(ERROR_STATUS).sort()).toEqual([...ERROR_CODES].sort())
  })

  it.each([
    [
      'malformed JSON',
      { method: 'POST', url: '/api/v1/labels', headers: { 'content-type': 'application/json' }, payload: '{"a":' },
      400,
      'INVALID_INPUT',
    ],
    [
      'an empty body',
      { method: 'PUT', url: '/api/v1/demo', headers: { 'content-type': 'application/json' }, payload: '' },
      400,
      'INVALID_INPUT',
    ],
    [
      'XML',
      { method: 'PUT', url: '/api/v1/demo', headers: { 'content-type': 'application/xml' }, payload: '<a/>' },
      400,
      'INVALID_INPUT',
    ],
    ['a name that could be a path', { method: 'GET', url: '/api/v1/datasets/..%2F..%2Fetc' }, 400, 'INVALID_INPUT'],
    ['a broken escape', { method: 'GET', url: '/api/v1/datasets/%zz' }, 400, 'INVALID_INPUT'],
    [
      'a poisoned prototype',
      {
        method: 'PUT',
        url: '/api/v1/demo',
        headers: { 'content-type': 'application/json' },
        payload: '{"__proto__":{"a":1}}',
      },
      400,
      'INVALID_INPUT',
    ],
    [
      'an unknown field',
      { method: 'POST', url: '/api/v1/demo/actions/a', payload: { active: true, extra: 1 } },
      400,
      'INVALID_INPUT',
    ],
    ['a limit out of range', { method: 'GET', url: '/api/v1/runs?limit=100000' }, 400, 'INVALID_INPUT'],
  ] as const)('answer %s', async (_, request, status, code) => {
    const { server } = await startServer()
    const reply = await server.app.inject(request)
    expect([reply.statusCode, reply.json().error.code]).toEqual([status, code])
    expect(reply.json().requestId).toMatch(/^req_/)
    expect(reply.headers['x-request-id']).toBe(reply.json().requestId)
  })

  it('say where a body is wrong', async () => {
    const { server } = await startServer()
    const payload = { graph: { name: 'a', params: {}, steps: [{ id: 1 }] }, bundleDigest: 'sha256:0', projectDir: '/' }
    const reply = await server.app.inject({ method: 'POST', url: '/api/v1/pipelines/a/versions', payload })
    expect(reply.json().error.where).toContain('body.graph.steps.0.id')
  })

  it('say what came and what is expected, of a field of several kinds as well', async () => {
    const { server } = await startServer()
    const payload = { labels: [{ predictionId: 'p', label: { a: 1 } }] }
    const reply = await server.app.inject({ method: 'POST', url: '/api/v1/labels', payload })
    expect(reply.json().error).toMatchObject({
      message:
        'The request is not as the API describes it: body.labels.0.label: Invalid input: expected string, number or boolean, received object.',
      where: 'body.labels.0.label',
    })
  })

  it('have one text under /v2, as the protocol has it, for an unknown address too', async () => {
    const { server } = await startServer()
    const reply = await server.app.inject({ method: 'GET', url: '/v2/model/late' })
    expect([reply.statusCode, reply.json()]).toEqual([
      404,
      { error: 'There is no GET /v2/model/late. Did you mean /v2/models/late?' },
    ])
    const other = await server.app.inject({ method: 'DELETE', url: '/v2/models' })
    expect(other.json()).toEqual({ error: 'There is no DELETE /v2/models. It answers to GET.' })
  })

  it('refuse a body that is too large or too deep', async () => {
    const { server } = await startServer({ maxBodyBytes: 20_000 })
    const put = (payload: string) =>
      server.app.inject({
        method: 'PUT',
        url: '/api/v1/demo',
        headers: { 'content-type': 'application/json' },
        payload,
      })
    const large = await put(JSON.stringify({ title: 'x'.repeat(30_000) }))
    expect([large.statusCode, large.json().error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    const deep = await put(`{"title":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)
    expect([deep.statusCode, deep.json().error.message]).toEqual([
      400,
      'The JSON of the request is nested more than 64 levels deep.',
    ])
  })

  it('suggest the route that was meant', async () => {
    const { server } = await startServer()
    const near = (await server.app.inject('/api/v1/modls')).json().error
    expect(near).toMatchObject({ code: 'NOT_FOUND', hint: 'Did you mean /api/v1/models?' })
    const method = (await server.app.inject({ method: 'DELETE', url: '/api/v1/models' })).json().error
    expect(method.hint).toBe('It answers to GET, POST.')
  })

  it('say nothing of the inside when something unexpected happens', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
    const { server } = await startServer({ logger })
    server.services.models.get = () => Promise.reject(new Error('secret detail'))
    const reply = await server.app.inject('/api/v1/models/a')
    expect([reply.statusCode, reply.json().error.code]).toEqual([500, 'INTERNAL'])
    expect(reply.body).not.toContain('secret')
    expect(lines.join('')).toContain('secret detail')
    expect((await server.app.inject('/health')).statusCode).toBe(200)
  })

  it('answer what is not HTTP, and live on', async () => {
    const { server } = await startServer()
    const port = Number(new URL(server.url).port)
    expect(await rawRequest(port, 'nonsense\r\n\r\n')).toContain('400')
    expect(await rawRequest(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toContain(
      '431',
    )
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })
})

describe('the guard', () => {
  it('answers only to names of this machine', async () => {
    const { server } = await startServer()
    const ask = async (host: string) =>
      (await server.app.inject({ url: '/api/v1/models', headers: { host } })).statusCode
    expect(await ask('127.0.0.1:4300')).toBe(200)
    expect(await ask('localhost:4300')).toBe(200)
    expect(await ask('[::1]:4300')).toBe(200)
    expect(await ask('evil.example:4300')).toBe(401)
    expect(await ask('127.0.0.1.evil.example')).toBe(401)
  })

  it('lets a page of another origin change nothing and grants it no right to read', async () => {
    const { server } = await startServer()
    const post = async (origin: string) =>
      (
        await server.app.inject({
          method: 'POST',
          url: '/api/v1/demo/actions',
          headers: { host: 'localhost:80', origin },
        })
      ).statusCode
    expect(await post('http://localhost:80')).toBe(401)
    expect(await post('http://localhost')).toBe(401)
    expect(await post('https://evil.example')).toBe(401)
    expect(await post('null')).toBe(401)
    const read = await server.app.inject({ url: '/api/v1/models', headers: { origin: 'https://evil.example' } })
    expect(read.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('asks for the token everywhere but at /health', async () => {
    const { server } = await startServer({ token: TOKEN })
    const status = async (url: string, headers: Record<string, string> = {}) =>
      (await server.app.inject({ url, headers })).statusCode
    expect(await status('/health')).toBe(200)
    for (const url of [
      '/api/v1/models',
      '/metrics',
      '/api/docs/',
      '/api/v1/events',
      '/',
      '/nowhere',
      '/health/x',
      '/health?x',
    ])
      expect(await status(url), url).toBe(401)
    expect(await status('/api/v1/models', { authorization: `Bearer ${TOKEN}` })).toBe(200)
    expect(await status('/api/v1/models', { authorization: 'Bearer wrong' })).toBe(401)
    expect(await status('/api/v1/models', { authorization: `Bearer ${TOKEN}`, host: 'models.example' })).toBe(200)
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
    expect(await status('/api/v1/models', basic(`anybody:${TOKEN}`))).toBe(200)
    for (const pair of [`anybody:${TOKEN}x`, `${TOKEN}:`, TOKEN]) {
      expect(await status('/api/v1/models', basic(pair)), pair).toBe(401)
    }
    const visit = await server.app.inject(`/api/v1/models?token=${TOKEN}`)
    const cookie = String(visit.headers['set-cookie'])
    expect(cookie).toContain('HttpOnly; SameSite=Strict')
    expect(await status('/api/v1/models', { cookie: cookie.split(';')[0]! })).toBe(200)
    expect(await status('/api/v1/models?token=wrong')).toBe(401)
    const post = await server.app.inject({ method: 'POST', url: `/api/v1/demo/actions?token=${TOKEN}` })
    expect(post.statusCode).toBe(401)
  })
})

describe('the control room', () => {
  const webDir = mkdtempSync(join(tmpdir(), 'regia-web-'))
  mkdirSync(join(webDir, 'assets'))
  writeFileSync(join(webDir, 'index.html'), '<title>Regia</title>')
  writeFileSync(join(webDir, 'assets', 'main-abc.js'), '1')
  const page = { headers: { accept: 'text/html' } }

  it('is served with its own addresses, cached by content', async () => {
    const { server } = await startServer({ webDir })
    for (const url of ['/', '/runs/run_1', '/models/delays']) {
      const reply = await server.app.inject({ url, ...page })
      expect([reply.statusCode, reply.body]).toEqual([200, '<title>Regia</title>'])
      expect(reply.headers['cache-control']).toBe('no-cache')
      expect(reply.headers['content-security-policy']).toContain("default-src 'self'")
    }
    const asset = await server.app.inject('/assets/main-abc.js')
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await server.app.inject('/assets/gone.js')).statusCode).toBe(404)
    expect((await server.app.inject({ url: '/api/v1/nothing', ...page })).statusCode).toBe(404)
    expect((await server.app.inject({ url: '/..%2f..%2fetc/passwd' })).statusCode).toBeGreaterThanOrEqual(400)
  })

  it('may be absent', async () => {
    const { server } = await startServer({ webDir: join(webDir, 'nothing') })
    expect((await server.app.inject({ url: '/', ...page })).statusCode).toBe(404)
  })
})
