import { scheduleFiringSchema, scheduleSpecSchema } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deploy, graph, step } from '../../test/graphs.ts'
import { startServer } from '../../test/start-server.ts'

/** A firing, or an error. */
const replySchema = scheduleFiringSchema.partial().extend({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
})

const TOKEN = 'a-token-of-the-server'

/** A server that asks for a token, and a schedule that asks for its own secret. */
async function hooked(params: Readonly<Record<string, unknown>> = {}) {
  const { server, clock } = await startServer({ roles: ['api'], token: TOKEN })
  const client = createClient({ url: server.url, token: TOKEN })
  await deploy(client, graph('p', [step('a', { cache: false })], { x: { schema: {}, default: null } }))
  const spec = scheduleSpecSchema.parse({
    name: 'push',
    pipeline: 'p',
    when: { on: 'webhook' },
    overlap: 'allow',
    params,
  })
  const { secret = '', webhookPath = '' } = await client.schedules.apply(spec)
  const call = async (headers: Record<string, string>, body?: string, path = webhookPath) => {
    const json = { ...(body !== undefined && { body, headers: { 'content-type': 'application/json', ...headers } }) }
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, ...json })
    return { status: response.status, reply: replySchema.parse(await response.json()) }
  }
  return { client, server, clock, spec, secret, call }
}

const runCount = async (client: RegiaClient) => (await client.runs.list({ pipeline: 'p' })).total

describe('/api/v1/hooks', () => {
  it('starts a run with the secret, without the token of the server', async () => {
    const { client, secret, call } = await hooked({ x: 'ref {body.ref} of {body.repository.name}' })
    const body = JSON.stringify({ ref: 'main', repository: { name: 'models' } })
    expect(await call({ authorization: `Bearer ${secret}` }, body)).toMatchObject({
      status: 200,
      reply: { outcome: 'started', reason: 'webhook' },
    })
    expect(await call({ 'x-regia-secret': secret }, body)).toMatchObject({ status: 200 })
    const [run] = (await client.runs.list()).items
    expect(run?.params.x).toBe('ref main of models')
    expect(run?.trigger).toMatchObject({ kind: 'schedule', schedule: 'push', cause: 'webhook' })
    const failed = await call({ 'x-regia-secret': secret }, '{}')
    expect(failed.reply).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('{body.ref}') })
  })

  it('takes values of the body as they are', async () => {
    const { client, secret, call } = await hooked({ x: '{body.rows}' })
    await call({ 'x-regia-secret': secret }, '{"rows":[1,{"a":null}]}')
    expect((await client.runs.list()).items[0]?.params.x).toEqual([1, { a: null }])
    expect((await call({ 'x-regia-secret': secret }, '{"__proto__":{"rows":1}}')).status).toBe(400)
    expect((await call({ 'x-regia-secret': secret }, '[1]')).reply.outcome).toBe('failed')
  })

  it('shows the secret once and keeps only its hash', async () => {
    const { client, spec, secret } = await hooked()
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect((await client.schedules.apply(spec)).secret).toBeUndefined()
    expect(JSON.stringify(await client.schedules.list())).not.toContain(secret)
    await client.schedules.remove('push')
    expect((await client.schedules.apply(spec)).secret).not.toBe(secret)
  })

  it('refuses what has no right, in the same words whether the name exists', async () => {
    const { client, secret, call } = await hooked()
    const wrong = await call({ 'x-regia-secret': 'wrong' })
    const unknown = await call({ 'x-regia-secret': secret }, undefined, '/api/v1/hooks/other')
    expect([wrong.status, unknown.status, (await call({})).status]).toEqual([401, 401, 401])
    expect(unknown.reply.error).toEqual(wrong.reply.error)
    expect((await call({ authorization: `Bearer ${TOKEN}` })).status).toBe(401)
    await client.schedules.pause('push')
    expect((await call({ 'x-regia-secret': secret })).reply.error?.code).toBe('CONFLICT')
    expect(await runCount(client)).toBe(0)
    expect((await call({ 'x-regia-secret': secret }, undefined, '/api/v1/schedules/push/fire')).status).toBe(401)
  })

  it('bounds body and rate', async () => {
    const { clock, secret, call } = await hooked()
    const large = await call({ 'x-regia-secret': secret }, JSON.stringify({ text: 'x'.repeat(70_000) }))
    expect(large.reply.error?.code).toBe('PAYLOAD_TOO_LARGE')
    const replies = await Promise.all(Array.from({ length: 70 }, () => call({ 'x-regia-secret': 'guess' })))
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(11)
    expect((await call({ 'x-regia-secret': secret })).reply.error?.code).toBe('TOO_MANY_REQUESTS')
    clock.advance(60_000)
    expect((await call({ 'x-regia-secret': secret })).status).toBe(200)
  })

  it('fires once for a call that is sent twice', async () => {
    const { client, secret, call } = await hooked()
    const headers = { 'x-regia-secret': secret, 'x-github-delivery': 'd-1' }
    const [first, second] = await Promise.all([call(headers), call(headers)])
    expect(first.reply.at).toEqual(second.reply.at)
    expect(await runCount(client)).toBe(1)
    await call({ ...headers, 'x-github-delivery': 'd-2' })
    expect(await runCount(client)).toBe(2)
  })
})
