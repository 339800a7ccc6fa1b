import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { NewWebhook, RegistryChange } from '@regia/core'
import { createClient } from '@regia/sdk'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServer, type TestServer } from '../../test/start-server.ts'
import { openDatabase } from '../database/open.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }
type Reply = (response: ServerResponse, count: number) => void

const SECRET = 'very-secret-text'

/** A real HTTP server that keeps what it is told. */
async function listener(reply: Reply = (response) => response.writeHead(204).end()) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    reply(response, received.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

const created = (name: string): RegistryChange => ({
  kind: 'model-created',
  model: { name, description: '', tags: { team: 'a' } },
})

/** What the registry does within its own transaction. */
async function tell({ server, home, clock }: TestServer, ...changes: readonly RegistryChange[]): Promise<void> {
  const database = await openDatabase(join(home, 'regia.db'), clock.now)
  try {
    for (const change of changes) {
      await database.transaction().execute((connection) => server.services.webhooks.tell(connection, change))
    }
  } finally {
    await database.destroy()
  }
}

/** Sends what is due and waits until all of it is answered. */
async function send({ server }: TestServer): Promise<void> {
  await server.services.webhooks.sender.turn()
  await server.services.webhooks.sender.idle()
}

const open = () => startServer({ allowPrivateWebhooks: true })
const webhook = (url: string, given: Partial<NewWebhook> = {}): NewWebhook => ({
  name: 'ci',
  url,
  events: ['registered_model.created'],
  ...given,
})
const deliveries = async ({ client }: TestServer, name = 'ci') => (await client.webhooks.deliveries(name)).items

describe('a webhook', () => {
  it('is told once of what it asked for, in the words of its receivers, signed', async () => {
    const { received, url } = await listener()
    const test = await open()
    await test.client.webhooks.create(webhook(url, { secret: SECRET }))
    await test.client.webhooks.create(webhook(url, { name: 'off', status: 'disabled' }))
    await test.client.webhooks.create(webhook(url, { name: 'other', events: ['model_version_tag.set'] }))
    await tell(test, created('m'), { ...created('m'), kind: 'alias-deleted', alias: 'champion' })
    await send(test)
    await send(test)
    expect(received).toHaveLength(1)
    const [{ headers, body } = { headers: {}, body: '' }] = received
    expect(JSON.parse(body)).toEqual({
      entity: 'registered_model',
      action: 'created',
      timestamp: '2026-03-01T00:00:00.000Z',
      data: { name: 'm', tags: { team: 'a' }, description: '' },
    })
    const [delivery] = await deliveries(test)
    expect(delivery).toMatchObject({ id: headers['x-mlflow-delivery-id'], status: 'delivered', responseStatus: 204 })
    expect(headers['x-mlflow-timestamp']).toBe(String(Date.parse('2026-03-01T00:00:00Z') / 1000))
    const signed = `${headers['x-mlflow-delivery-id']}.${headers['x-mlflow-timestamp']}.${body}`
    expect(headers['x-mlflow-signature']).toBe(`v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`)
    expect(await deliveries(test, 'off')).toEqual([])
    expect((await test.client.webhooks.get('ci')).last).toEqual(delivery)
  })

  it('is told nothing of a change that is rolled back', async () => {
    const { received, url } = await listener()
    const test = await open()
    await test.client.webhooks.create(webhook(url))
    const database = await openDatabase(join(test.home, 'regia.db'))
    const failing = database.transaction().execute(async (connection) => {
      await test.server.services.webhooks.tell(connection, created('m'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await database.destroy()
    await send(test)
    expect(received).toEqual([])
    expect(await deliveries(test)).toEqual([])
  })

  it('is tried again later and later under one id, then given up, and says why without its secret', async () => {
    const { received, url } = await listener((response) => response.writeHead(503).end(`busy, you said ${SECRET}`))
    const test = await open()
    await test.client.webhooks.create(webhook(url, { secret: SECRET }))
    await tell(test, created('m'))
    const waits = [0, 5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000]
    for (const [i, wait] of waits.entries()) {
      test.clock.advance(wait - 1)
      await send(test)
      expect(received).toHaveLength(i)
      test.clock.advance(1)
      await send(test)
      expect(received).toHaveLength(i + 1)
    }
    test.clock.advance(1e9)
    await send(test)
    expect(received).toHaveLength(8)
    expect(await deliveries(test)).toEqual([
      expect.objectContaining({
        status: 'failed',
        attempts: 8,
        responseStatus: 503,
        error: 'It answered 503: busy, you said ***',
      }),
    ])
    expect(new Set(received.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1)
    expect(new Set(received.map(({ headers }) => headers['x-mlflow-signature'])).size).toBe(8)
  })

  it('waits as long as the other side asks for, and tells the rest in order', async () => {
    const { received, url } = await listener((response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '40' }).end() : response.writeHead(200).end(),
    )
    const test = await open()
    await test.client.webhooks.create(webhook(url))
    await tell(test, created('a'), created('b'), created('c'))
    await send(test)
    test.clock.advance(39_999)
    await send(test)
    expect(received).toHaveLength(1)
    test.clock.advance(1)
    await send(test)
    expect(received.map(({ body }) => JSON.parse(body).data.name)).toEqual(['a', 'a', 'b', 'c'])
  })

  it.each([
    [404, 'It answered 404: no such hook'],
    [307, 'It answered 307: it wants to be asked elsewhere, and redirects are not followed.'],
  ])('is not asked again after %i', async (status, error) => {
    const target = await listener()
    const { received, url } = await listener((response) =>
      response.writeHead(status, { location: target.url }).end('no such hook'),
    )
    const test = await open()
    await test.client.webhooks.create(webhook(url))
    await tell(test, created('a'), created('b'))
    await send(test)
    expect(received).toHaveLength(2)
    expect(target.received).toEqual([])
    expect(await deliveries(test)).toMatchObject([
      { status: 'failed', error },
      { status: 'failed', attempts: 1 },
    ])
  })

  it('that hangs keeps no other waiting', async () => {
    const hanging = await listener(() => {})
    const good = await listener()
    const test = await open()
    await test.client.webhooks.create(webhook(hanging.url, { name: 'hanging' }))
    await test.client.webhooks.create(webhook(good.url))
    await tell(test, created('a'))
    await test.server.services.webhooks.sender.turn()
    await expect.poll(() => hanging.received.length, { timeout: 45_000 }).toBe(1)
    // More than is looked at in one turn.
    await tell(test, ...Array.from({ length: 250 }, () => created('b')))
    await test.server.services.webhooks.sender.turn()
    await expect.poll(() => good.received.length, { timeout: 45_000 }).toBe(251)
    expect(hanging.received).toHaveLength(1)
  })

  it('is told after a restart of what waited', async () => {
    const { received, url } = await listener((response, count) => response.writeHead(count === 1 ? 500 : 200).end())
    const test = await open()
    await test.client.webhooks.create(webhook(url, { secret: SECRET }))
    await tell(test, created('m'))
    await send(test)
    const again = await test.restart()
    again.clock.advance(5_000)
    await send(again)
    expect(received).toHaveLength(2)
    expect((await deliveries(again))[0]).toMatchObject({ status: 'delivered', attempts: 2 })
  })

  it('keeps its secret from replies, the database and the disk', async () => {
    const { url } = await listener()
    const test = await open()
    const made = await test.client.webhooks.create(webhook(url, { secret: SECRET }))
    const all = [made, await test.client.webhooks.list(), await test.client.webhooks.update('ci', { description: 'x' })]
    expect(JSON.stringify(all)).not.toContain(SECRET)
    expect(made.isSigned).toBe(true)
    const sqlite = new SqliteDatabase(join(test.home, 'regia.db'), { readonly: true })
    const kept = JSON.stringify(sqlite.prepare('select * from webhook').all())
    sqlite.close()
    expect(kept).toContain('sealed')
    expect(kept).not.toContain(SECRET)
    expect((await test.client.webhooks.update('ci', { secret: null })).isSigned).toBe(false)
  })

  it('is changed in parts, tested, and gone with what it was not told', async () => {
    const { received, url } = await listener((response) => response.writeHead(200).end('welcome'))
    const test = await open()
    const { id } = await test.client.webhooks.create(webhook(url, { description: 'first' }))
    await test.client.webhooks.update(id, { events: ['prompt.created'], name: 'prompts' })
    expect(await test.client.webhooks.get('prompts')).toMatchObject({ id, url, description: 'first', status: 'active' })
    expect(await test.client.webhooks.test(id)).toEqual({
      isDelivered: true,
      responseStatus: 200,
      responseBody: 'welcome',
    })
    expect(await test.client.webhooks.test(id, { event: 'model_version_alias.deleted' })).toMatchObject({
      isDelivered: true,
    })
    expect(received.map(({ body }) => JSON.parse(body).entity)).toEqual(['prompt', 'model_version_alias'])
    await test.client.webhooks.delete('prompts')
    await expect(test.client.webhooks.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('of a name that several have is named by its id', async () => {
    const { url } = await listener()
    const { client } = await open()
    const [a, b] = [await client.webhooks.create(webhook(url)), await client.webhooks.create(webhook(url))]
    await expect(client.webhooks.get('ci')).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringMatching(new RegExp(`${a.id}.*${b.id}|${b.id}.*${a.id}`)),
    })
    expect((await client.webhooks.list()).items.map(({ id }) => id)).toEqual([b.id, a.id])
  })
})

describe('the address of a webhook', () => {
  it('must be public and https', async () => {
    const { server } = await startServer()
    const client = createClient({ url: server.url })
    const refused = {
      'http://example.org/': 'INVALID_INPUT',
      'ftp://example.org/': 'INVALID_INPUT',
      'file:///etc/passwd': 'INVALID_INPUT',
      'no url': 'INVALID_INPUT',
      'https://user:pw@example.org/': 'INVALID_INPUT',
      'https://127.0.0.1/': 'PATH_OUTSIDE_ROOT',
      'https://2130706433/': 'PATH_OUTSIDE_ROOT',
      'https://169.254.169.254/latest/meta-data': 'PATH_OUTSIDE_ROOT',
      'https://[::1]/': 'PATH_OUTSIDE_ROOT',
      'https://[::ffff:10.0.0.1]/': 'PATH_OUTSIDE_ROOT',
      'https://[64:ff9b::a9fe:a9fe]/': 'PATH_OUTSIDE_ROOT',
      'https://[2002:7f00:1::]/': 'PATH_OUTSIDE_ROOT',
    }
    for (const [url, code] of Object.entries(refused))
      await expect(client.webhooks.create(webhook(url)), url).rejects.toMatchObject({ code })
  })

  it('may be a name only while that name leads to public addresses alone', async () => {
    const test = await startServer()
    await test.client.webhooks.create(webhook('https://localhost:1/hook'))
    await tell(test, created('m'))
    await send(test)
    const error = 'localhost is an address of this machine or of a private network.'
    expect(await deliveries(test)).toMatchObject([{ status: 'failed', attempts: 1, error }])
    expect(await test.client.webhooks.test('ci')).toEqual({ isDelivered: false, error })
  })
})
