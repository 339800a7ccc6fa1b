import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Notification, type NotifierSpec, notifierSpecSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { fail, succeed, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { deliver } from './deliver.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }
type Reply = (response: ServerResponse, count: number) => void

const ok: Reply = (response) => response.writeHead(204).end()

/** A real HTTP server that keeps what it is told. */
async function listener(reply: Reply = ok) {
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

type Given = Partial<Omit<NotifierSpec, 'via'>> & { readonly via: unknown }
const notifier = (given: Given): NotifierSpec =>
  notifierSpecSchema.parse({ name: 'team', events: ['run-failed', 'run-recovered'], ...given })

async function runOnce(client: RegiaClient, pipeline: string, isGood: boolean): Promise<string> {
  const { id } = await client.pipelines.run(pipeline)
  await workUntilIdle(client, () => (isGood ? succeed(1) : fail(false)))
  return id
}

const all = async (client: RegiaClient): Promise<readonly Notification[]> =>
  (await client.notifiers.notifications()).items

/** A service that turns by itself each second; the tests only wait for it. */
const until = (look: () => Promise<unknown>) => expect.poll(look, { timeout: 45_000, interval: 50 })

afterEach(() => {
  delete process.env.F_TEST_SECRET
  delete process.env.F_TEST_URL
})

describe('a webhook', () => {
  it('hears of failures and of the first success after one, signed', async () => {
    process.env.F_TEST_SECRET = 'very-secret-text'
    const { received, url } = await listener()
    const { client, server } = await startServer()
    await deploy(client, graph('p', [step('a', { cache: false })]))
    await deploy(client, graph('other', [step('a', { cache: false })]))
    const via = { kind: 'webhook', url, secret: { env: 'F_TEST_SECRET' } }
    await client.notifiers.apply(notifier({ pipelines: ['p'], via }))
    for (const isGood of [true, false, false, true, true]) await runOnce(client, 'p', isGood)
    await runOnce(client, 'other', false)
    await server.services.notifications.turn()
    await until(async () => (await all(client)).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent'])
    expect(received.map(({ headers }) => headers['x-regia-event'])).toEqual([
      'run-failed',
      'run-failed',
      'run-recovered',
    ])
    const [first] = received
    const told = JSON.parse(first?.body ?? '')
    expect(told).toMatchObject({ notifier: 'team', event: 'run-failed', title: 'p #2 failed in step "a"' })
    expect(told.link).toBe(told.path)
    expect(told.text).toContain('It threw.')
    const signature = createHmac('sha256', 'very-secret-text')
      .update(first?.body ?? '')
      .digest('hex')
    expect(first?.headers['x-regia-signature']).toBe(`sha256=${signature}`)
    expect((await client.notifiers.list()).items[0]?.last).toMatchObject({ event: 'run-recovered', attempts: 1 })
    expect(JSON.stringify([await client.notifiers.list(), await all(client)])).not.toContain('very-secret-text')
  })

  it('is tried again later and later, then given up, and says why without its secrets', async () => {
    process.env.F_TEST_SECRET = 'very-secret-text'
    const { received, url } = await listener((response) =>
      response.writeHead(503).end(`busy, you said very-secret-text ${'x'.repeat(1_000_000)}`),
    )
    const { client, server, clock } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    await client.notifiers.apply(notifier({ via: { kind: 'webhook', url, secret: { env: 'F_TEST_SECRET' } } }))
    await runOnce(client, 'p', false)
    const waits = [0, 10_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000]
    for (const [i, wait] of waits.entries()) {
      clock.advance(wait)
      await server.services.notifications.turn()
      await until(async () => received.length).toBe(i + 1)
      await until(async () => (await all(client))[0]?.error).toMatch(
        /^127\.0\.0\.1:\d+ answered 503: busy, you said \*\*\* x/,
      )
      if (i < 7) expect((await all(client))[0]).toMatchObject({ status: 'waiting', attempts: i + 1 })
    }
    await until(async () => (await all(client))[0]).toMatchObject({ status: 'failed', attempts: 8 })
    clock.advance(1e9)
    await server.services.notifications.turn()
    expect(received).toHaveLength(8)
  })

  it('follows no redirect, and finds its address in the environment at the time of sending', async () => {
    const target = await listener()
    const { url } = await listener((response) => response.writeHead(307, { location: target.url }).end())
    const { client } = await startServer()
    await client.notifiers.apply(notifier({ via: { kind: 'webhook', url: { env: 'F_TEST_URL' } } }))
    const missing = await client.notifiers.test('team')
    expect(missing).toMatchObject({ status: 'failed', error: expect.stringContaining('F_TEST_URL') })
    process.env.F_TEST_URL = url
    const refused = await client.notifiers.test('team')
    expect(refused.error).toContain('answered 307: it wants to be asked elsewhere.')
    expect(target.received).toEqual([])
    process.env.F_TEST_URL = target.url
    expect(await client.notifiers.test('team')).toMatchObject({ status: 'sent', attempts: 1 })
    process.env.F_TEST_URL = 'file:///etc/passwd'
    expect((await client.notifiers.test('team')).error).toBe('The address to send to is no http: or https: URL.')
    process.env.F_TEST_URL = 'http://127.0.0.1:1/'
    expect((await client.notifiers.test('team')).error).toMatch(/^127\.0\.0\.1:1 cannot be reached: /)
  })

  it('says where to look, whole where the server has an address', async () => {
    const { received, url } = await listener()
    const spec = notifier({ via: { kind: 'webhook', url } })
    const told: Notification = {
      id: 1,
      notifier: 'team',
      event: 'run-failed',
      title: 't',
      text: 'x',
      path: '/runs/1',
      at: '2026-03-01T00:00:00.000Z',
      status: 'waiting',
      attempts: 0,
    }
    const deps = { secrets: { variables: {}, projectDir: '/' }, custom: {}, address: () => 'https://regia.example.org' }
    expect(await deliver(deps, spec, told, new AbortController().signal)).toBeUndefined()
    expect(JSON.parse(received[0]?.body ?? '').link).toBe('https://regia.example.org/runs/1')
  })

  it('that hangs does not keep others waiting', async () => {
    const hanging = await listener(() => {})
    const good = await listener()
    const { client, server } = await startServer()
    await deploy(client, graph('p', [step('a', { cache: false })]))
    await client.notifiers.apply(notifier({ name: 'hanging', via: { kind: 'webhook', url: hanging.url } }))
    await client.notifiers.apply(notifier({ name: 'good', via: { kind: 'slack', url: good.url } }))
    for (let i = 0; i < 3; i++) await runOnce(client, 'p', false)
    void server.services.notifications.turn()
    await until(async () => good.received.length).toBe(3)
    expect(hanging.received).toHaveLength(1)
  })
})

describe('Slack', () => {
  it('gets a text in which nothing of the user is markup', async () => {
    const { received, url } = await listener()
    const { client } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    await client.notifiers.apply(notifier({ events: ['run-failed'], via: { kind: 'slack', url } }))
    await client.pipelines.run('p')
    await workUntilIdle(client, () => ({
      status: 'failed',
      error: { code: 'USER_CODE_FAILED', message: 'a < b & <!channel>' },
      isRetryable: false,
    }))
    await until(async () => received.length).toBe(1)
    const { text } = JSON.parse(received[0]?.body ?? '')
    expect(text.split('\n')[0]).toBe('*p #1 failed in step "a"*')
    expect(text).toContain('a &lt; b &amp; &lt;!channel&gt;')
    expect(text).toMatch(/\n\/runs\/run_\w+$/)
  })
})

describe('mail', () => {
  it('arrives at a real mail server, with the password of the moment', async () => {
    process.env.F_TEST_SECRET = 'mail-password'
    const mails: { readonly to: readonly string[]; readonly text: string }[] = []
    const smtp = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'regia' && password === 'mail-password' ? done(null, { user: 'regia' }) : done(new Error('no')),
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() })
          done()
        })
      },
    })
    const listening = smtp.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
    const { client } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    const via = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: (listening.address() as AddressInfo).port,
      user: 'regia',
      password: { env: 'F_TEST_SECRET' },
      from: 'regia@example.org',
      to: ['ada@example.org', 'bob@example.org'],
    }
    await client.notifiers.apply(notifier({ events: ['run-failed'], via }))
    await runOnce(client, 'p', false)
    await until(async () => mails.length).toBe(1)
    const [mail] = mails
    expect(mail?.to).toEqual(['ada@example.org', 'bob@example.org'])
    expect(mail?.text).toContain('Subject: =?UTF-8?Q?p_=231_failed_in_step_=22a=22?=')
    expect(mail?.text).toMatch(/Message-ID: <regia-team-1@example\.org>/i)
    expect(mail?.text).toContain('It threw.')
    process.env.F_TEST_SECRET = 'another-password'
    const refused = await client.notifiers.test('team')
    expect(refused.status).toBe('failed')
    expect(refused.error).toContain('did not take the mail')
    expect(refused.error).not.toContain('another-password')
  })
})

describe("a project's own notifier", () => {
  it('is called with its settings, and must be there', async () => {
    const told: unknown[] = []
    const customNotifiers = {
      pager: ({ title }: Notification, settings: unknown) => void told.push([title, settings]),
      broken: () => Promise.reject(new Error('no line')),
    }
    const { client } = await startServer({ customNotifiers })
    await client.notifiers.apply(notifier({ via: { kind: 'custom', type: 'pager', settings: { level: 3 } } }))
    expect(await client.notifiers.test('team')).toMatchObject({ status: 'sent' })
    expect(told).toEqual([['A trial message of notifier "team"', { level: 3 }]])
    await client.notifiers.apply(notifier({ name: 'b', via: { kind: 'custom', type: 'broken' } }))
    expect(await client.notifiers.test('b')).toMatchObject({ status: 'failed', error: 'no line' })
    await expect(client.notifiers.apply(notifier({ via: { kind: 'custom', type: 'fax' } }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: 'The project brings: pager, broken.',
    })
  })
})

describe('the outbox', () => {
  it('is told of approvals that are wanted', async () => {
    const { received, url } = await listener()
    const { client } = await startServer()
    const approve = step('ask', { kind: 'approve', outputs: {}, approval: { question: 'Ship it?', approvers: [] } })
    await deploy(client, graph('p', [approve]))
    await client.notifiers.apply(notifier({ events: ['approval-wanted'], via: { kind: 'webhook', url } }))
    const { id } = await client.pipelines.run('p')
    await until(async () => received.length).toBe(1)
    const told = JSON.parse(received[0]?.body ?? '')
    expect(told).toMatchObject({ title: 'p #1 waits for an approval: ask', path: `/runs/${id}` })
    expect(told.text).toContain('Ship it?')
  })

  it('is told of schedules that cannot run', async () => {
    const { received, url } = await listener()
    const { client } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    await client.notifiers.apply(notifier({ events: ['schedule-failed'], via: { kind: 'webhook', url } }))
    await client.schedules.apply({
      name: 'nightly',
      description: '',
      pipeline: 'p',
      channel: 'prod',
      params: {},
      when: { on: 'webhook' },
      overlap: 'skip',
    })
    expect(await client.schedules.fire('nightly')).toMatchObject({ outcome: 'failed' })
    await until(async () => received.length).toBe(1)
    expect(JSON.parse(received[0]?.body ?? '').text).toContain('has no channel "prod"')
  })

  it('keeps what was not sent over a restart, and says nothing twice', async () => {
    let isUp = false
    const { received, url } = await listener((response) => response.writeHead(isUp ? 200 : 500).end())
    const { client, clock, restart } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    await client.notifiers.apply(notifier({ via: { kind: 'webhook', url } }))
    await runOnce(client, 'p', false)
    await until(async () => received.length).toBe(1)
    const again = await restart()
    isUp = true
    clock.advance(120_000)
    await until(async () => (await all(again.client))[0]?.status).toBe('sent')
    expect(await all(again.client)).toHaveLength(1)
    const ids = new Set(received.map(({ body }) => JSON.parse(body).id))
    expect(ids.size).toBe(1)
  })

  it('gives up what waits for a notifier that is removed', async () => {
    const { url } = await listener((response) => response.writeHead(500).end())
    const { client } = await startServer()
    await deploy(client, graph('p', [step('a')]))
    await client.notifiers.apply(notifier({ via: { kind: 'webhook', url } }))
    await runOnce(client, 'p', false)
    await until(async () => (await all(client))[0]?.attempts).toBe(1)
    await client.notifiers.remove('team')
    expect((await all(client))[0]).toMatchObject({ status: 'failed', error: 'The notifier was removed.' })
    await expect(client.notifiers.test('team')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await client.notifiers.list()).total).toBe(0)
  })
})
