import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServer, type TestServer } from '../../../../test/start-server.ts'

type Json = Readonly<Record<string, unknown>>

/** Sends what a client of MLflow would. */
async function ask({ server }: TestServer, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body: Json = {}) {
  const query = method === 'GET' ? `?${new URLSearchParams(body as Record<string, string>)}` : ''
  const reply = await fetch(`${server.url}/api/2.0/mlflow/${path}${query}`, {
    method,
    ...(method !== 'GET' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: (await reply.json()) as Json }
}

async function receiver() {
  const received: { readonly body: Json; readonly isSigned: boolean }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const { 'x-mlflow-delivery-id': id, 'x-mlflow-timestamp': at, 'x-mlflow-signature': given } = request.headers
    const expected = createHmac('sha256', 's3cret').update(`${id}.${at}.${text}`).digest('base64')
    received.push({ body: JSON.parse(text), isSigned: given === `v1,${expected}` })
    response.writeHead(200).end('thanks')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const EVENTS = [
  { entity: 'REGISTERED_MODEL', action: 'CREATED' },
  { entity: 'MODEL_VERSION', action: 'CREATED' },
  { entity: 'MODEL_VERSION_TAG', action: 'SET' },
  { entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' },
  { entity: 'PROMPT_VERSION', action: 'CREATED' },
]

describe('the registry for clients of MLflow', () => {
  it('tells webhooks of their changes and of those that were made otherwise, signed', async () => {
    const { received, url } = await receiver()
    const test = await startServer({ allowPrivateWebhooks: true })
    const hook = { name: 'ci', url, events: EVENTS, secret: 's3cret' }
    const { body } = await ask(test, 'POST', 'webhooks', hook)
    expect(JSON.stringify(body)).not.toContain('s3cret')
    await ask(test, 'POST', 'registered-models/create', { name: 'm', tags: [{ key: 'a', value: '1' }] })
    await ask(test, 'POST', 'model-versions/create', { name: 'm', source: 's3://b/x' })
    const { models, webhooks } = test.server.services
    await models.setVersionTag('m', 1, 'k', 'v')
    await models.promote({ model: 'm', version: 1, alias: 'champion', by: 'ada', reason: 'good' })
    const isPrompt = { key: 'mlflow.prompt.is_prompt', value: 'true' }
    await ask(test, 'POST', 'registered-models/create', { name: 'p', tags: [isPrompt] })
    const text = { key: 'mlflow.prompt.text', value: 'Hi' }
    await ask(test, 'POST', 'model-versions/create', { name: 'p', source: 'dummy-source', tags: [isPrompt, text] })
    await webhooks.sender.turn()
    await webhooks.sender.idle()
    expect(received.every(({ isSigned }) => isSigned)).toBe(true)
    expect(received.map((each) => [each.body.entity, each.body.action, each.body.data])).toEqual([
      ['registered_model', 'created', { name: 'm', tags: { a: '1' }, description: '' }],
      [
        'model_version',
        'created',
        { name: 'm', version: '1', source: 's3://b/x', run_id: null, tags: {}, description: null },
      ],
      ['model_version_tag', 'set', { name: 'm', version: '1', key: 'k', value: 'v' }],
      ['model_version_alias', 'created', { name: 'm', alias: 'champion', version: '1' }],
      ['prompt_version', 'created', { name: 'p', version: '1', template: 'Hi', tags: {}, description: null }],
    ])
  })

  it('lists webhooks a page at a time and tests one', async () => {
    const { received, url } = await receiver()
    const test = await startServer({ allowPrivateWebhooks: true })
    for (const name of ['a', 'b', 'c']) await ask(test, 'POST', 'webhooks', { name, url, events: EVENTS })
    const first = await ask(test, 'GET', 'webhooks', { max_results: 2 })
    const token = String(first.body.next_page_token)
    const second = await ask(test, 'GET', 'webhooks', { max_results: 2, page_token: token })
    const names = [first, second].flatMap(({ body }) => (body.webhooks as readonly Json[]).map(({ name }) => name))
    expect(names).toEqual(['c', 'b', 'a'])
    expect(second.body.next_page_token).toBeUndefined()
    expect((await ask(test, 'GET', 'webhooks', { page_token: 'zzz' })).status).toBe(400)
    const event = { entity: 'PROMPT_VERSION', action: 'CREATED' }
    const id = (second.body.webhooks as readonly Json[])[0]?.webhook_id
    const tested = await ask(test, 'POST', `webhooks/${id}/test`, { event })
    expect(tested.body).toEqual({ result: { success: true, response_status: 200, response_body: 'thanks' } })
    expect(received.map(({ body }) => body.entity)).toEqual(['prompt_version'])
  })

  it('finds the files of a copy when what it was copied from is gone', async () => {
    const test = await startServer()
    for (const name of ['m', 'prod']) await ask(test, 'POST', 'registered-models/create', { name })
    const { body } = await ask(test, 'POST', 'logged-models', { experiment_id: '0', name: 'lm' })
    const { model_id, artifact_uri } = (body.model as { info: Json }).info
    await ask(test, 'POST', 'model-versions/create', { name: 'm', source: `models:/${model_id}`, model_id })
    await ask(test, 'POST', 'registered-models/alias', { name: 'm', alias: 'champion', version: '1' })
    const copied = await ask(test, 'POST', 'model-versions/create', { name: 'prod', source: 'models:/m@champion' })
    expect(copied.body).toMatchObject({ model_version: { version: '1', source: 'models:/m/1' } })
    await ask(test, 'DELETE', 'registered-models/delete', { name: 'm' })
    const uri = await ask(test, 'GET', 'model-versions/get-download-uri', { name: 'prod', version: '1' })
    expect(uri.body).toEqual({ artifact_uri })
    const noted = await ask(test, 'GET', `logged-models/${model_id}`)
    const versions = [
      { name: 'm', version: '1' },
      { name: 'prod', version: '1' },
    ]
    expect(noted.body).toMatchObject({
      model: { info: { tags: [{ key: 'mlflow.modelVersions', value: JSON.stringify(versions) }] } },
    })
  })

  it('refuses artifacts that are of no run and no model', async () => {
    const test = await startServer()
    await ask(test, 'POST', 'registered-models/create', { name: 'm' })
    const { body } = await ask(test, 'POST', 'runs/create', { experiment_id: '0', start_time: 1 })
    const { run_id, artifact_uri } = (body.run as { info: Json }).info
    const create = (source: string, more: Json = {}) =>
      ask(test, 'POST', 'model-versions/create', { name: 'm', source, ...more })
    expect(await create(`${artifact_uri}/model`, { run_id })).toMatchObject({ status: 200 })
    expect(await create(`${artifact_uri}/model`)).toMatchObject({ status: 200 })
    const refused = [
      'mlflow-artifacts:/0',
      'mlflow-artifacts:/',
      `mlflow-artifacts:/0/${run_id}`,
      `${artifact_uri}-of-others`,
    ]
    for (const source of refused) {
      const reply = await create(source, { run_id })
      expect({ source, ...reply }).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } })
    }
  })

  it('takes texts of 100,000 characters and no more', async () => {
    const test = await startServer()
    await ask(test, 'POST', 'registered-models/create', { name: 'm' })
    const set = (key: string, length: number) =>
      ask(test, 'POST', 'registered-models/set-tag', { name: 'm', key, value: 'x'.repeat(length) })
    expect((await set('k', 100_000)).status).toBe(200)
    expect((await set('k', 100_001)).body.message).toBe("'value' exceeds the maximum length of 100000 characters")
    expect((await set('mlflow.prompt.text', 100_001)).body.message).toMatch(/^Prompt text exceeds max length/)
  })

  it('tells a protected alias as a fault of the request', async () => {
    const test = await startServer()
    await ask(test, 'POST', 'registered-models/create', { name: 'm' })
    for (const source of ['s3://b/1', 's3://b/2'])
      await ask(test, 'POST', 'model-versions/create', { name: 'm', source })
    await ask(test, 'POST', 'registered-models/alias', { name: 'm', alias: 'champion', version: '1' })
    await test.server.services.models.protect('m', ['champion'])
    const moved = await ask(test, 'POST', 'registered-models/alias', { name: 'm', alias: 'champion', version: '2' })
    expect(moved).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } })
    expect(moved.body.message).toMatch(/protected/)
  })

  it('lists more versions at once than a statement takes parameters, each with its own tags and aliases', async () => {
    const test = await startServer()
    await ask(test, 'POST', 'registered-models/create', { name: 'm' })
    const sqlite = new SqliteDatabase(join(test.home, 'regia.db'))
    const numbers = 'with recursive n (i) as (select 1 union all select i + 1 from n where i < 35000)'
    sqlite.exec(`
      insert into model_version (model, version, packaging, lineage, description, stage, created_at, updated_at)
      ${numbers} select 'm', i, 'pending', '{}', '', 'None', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z' from n;
      insert into model_version_tag (model, version, key, value) ${numbers} select 'm', i, 'n', i from n;
      insert into model_alias (model, alias, version) ${numbers} select 'm', 'a' || i, i from n where i % 5000 = 0;
    `)
    sqlite.close()
    const { status, body } = await ask(test, 'GET', 'model-versions/search', { max_results: 200_000 })
    expect(status).toBe(200)
    const versions = body.model_versions as readonly Json[]
    expect(versions).toHaveLength(35_000)
    expect(versions[5_000]).toMatchObject({
      version: '30000',
      tags: [{ key: 'n', value: '30000' }],
      aliases: ['a30000'],
    })
    expect(versions.at(-1)).toMatchObject({ version: '1', tags: [{ key: 'n', value: '1' }] })
    // All of them wait to be packaged, which keeps nobody else waiting.
    const again = await test.restart()
    expect((await ask(again, 'GET', 'registered-models/get', { name: 'm' })).status).toBe(200)
  }, 60_000)
})
