import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, Webhook, WebhookDelivery, WebhookTest } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

type Received = { readonly id: string; readonly signature: string | undefined; readonly name: string }

describe('webhooks of a server that is started, stopped and killed', { timeout: 120_000 }, () => {
  const received: Received[] = []
  let isReady = true
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { 'x-mlflow-delivery-id': id, 'x-mlflow-signature': signature } = request.headers
    received.push({
      id: String(id),
      signature: signature === undefined ? undefined : String(signature),
      name: JSON.parse(Buffer.concat(chunks).toString()).data.name,
    })
    response.writeHead(isReady ? 200 : 503).end()
  })
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string; env: Record<string, string> }
  let hook: string
  let up: Up

  beforeAll(async () => {
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    folder = await temporaryFolder()
    place = { cwd: folder.dir, env: { REGIA_ALLOW_PRIVATE_WEBHOOKS: 'true', HOOK_SECRET: 'very-secret' } }
    up = await regiaUp(place, '--no-worker')
  })
  afterAll(async () => {
    await up?.stop()
    receiver.closeAllConnections()
    receiver.close()
    await folder.remove()
  })

  const createModel = async (name: string) => {
    const reply = await fetch(`${up.url}/api/2.0/mlflow/registered-models/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    expect(reply.status).toBe(200)
  }

  it('are made, tested, changed and listed with the command', async () => {
    const event = ['--event', 'registered_model.created']
    const made = await regiaJson<Webhook>(
      place,
      'webhooks',
      'create',
      'ci',
      hook,
      ...event,
      '--secret-env',
      'HOOK_SECRET',
    )
    expect(made).toMatchObject({ name: 'ci', events: ['registered_model.created'], isSigned: true, status: 'active' })
    expect(await regiaJson<WebhookTest>(place, 'webhooks', 'test', 'ci')).toMatchObject({ isDelivered: true })
    expect(received.at(-1)).toMatchObject({ name: 'example_model', signature: expect.stringMatching(/^v1,/) })
    await regiaJson(place, 'webhooks', 'update', 'ci', '--description', 'builds')
    const { items } = await regiaJson<Page<Webhook>>(place, 'webhooks', 'list')
    expect(items).toMatchObject([{ id: made.id, description: 'builds' }])
    expect((await regia(place, 'webhooks', 'list')).stdout).toMatch(/ci +active +registered_model\.created/)
    const { error } = await regiaFailure(place, 'webhooks', 'create', 'x', hook, '--event', 'nothing.happened')
    expect(error).toMatchObject({ code: 'INVALID_INPUT', hint: expect.stringContaining('model_version.created') })
  })

  it('say with the exit code that nothing arrived', async () => {
    isReady = false
    const { code, stdout } = await regia(place, 'webhooks', 'test', 'ci')
    isReady = true
    expect([code, stdout]).toEqual([1, expect.stringContaining('It answered 503')])
  })

  it('are told of what was acknowledged before the server was killed, under one id', async () => {
    isReady = false
    received.length = 0
    await createModel('kept')
    await expect.poll(() => received.length, { timeout: 45_000 }).toBeGreaterThan(0)
    await createModel('also-kept')
    process.kill(up.pid, 'SIGKILL')
    await up.stop()
    isReady = true
    up = await regiaUp(place, '--no-worker')
    const told = async () => (await regiaJson<Page<WebhookDelivery>>(place, 'webhooks', 'deliveries', 'ci')).items
    await expect
      .poll(async () => (await told()).map(({ status }) => status), { timeout: 60_000 })
      .toEqual(['delivered', 'delivered'])
    const ids = (name: string) => new Set(received.filter((each) => each.name === name).map(({ id }) => id)).size
    expect([ids('kept'), ids('also-kept')]).toEqual([1, 1])
  })

  it('are told nothing more once they are removed', async () => {
    await regiaJson(place, 'webhooks', 'remove', 'ci')
    expect((await regiaFailure(place, 'webhooks', 'deliveries', 'ci')).error.code).toBe('NOT_FOUND')
  })
})
