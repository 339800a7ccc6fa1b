import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { graphTensors, packageGraph } from '../../test/serving/graph-tensors.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { lateness, startUpstream, type UpstreamServer } from '../../test/serving/upstream-server.ts'

const TOKEN = 'tkn-5d0f6a1e93c24b7f'
const PASSWORD = 'pass word:31f7c2'
const VARIABLE = 'REGIA_TEST_UPSTREAM_TOKEN'
const row = { numbers_0: 250, numbers_1: 0, origin: 'SFO' }
let server: ServedTrips
let upstream: UpstreamServer

beforeAll(async () => {
  server = await serveTrips()
  upstream = await startUpstream()
})
afterEach(() => {
  upstream.demands = {}
  delete process.env[VARIABLE]
})
afterAll(async () => {
  await server.close()
  await upstream.close()
})

const importing = (name: string, credentials?: object) =>
  server.send('POST', `/api/v1/models/${name}/import`, {
    upstream: { url: upstream.url, model: 'remote', ...(credentials && { credentials }) },
    signature: { classes: ['on time', 'late'], target: 'arrival' },
    example: [{ numbers_0: 100, numbers_1: 1, origin: 'SFO' }],
  })
const ask = (name: string) => server.send('POST', `/api/v1/endpoints/${name}/predict`, { rows: [row] })

/** Every file of the home that holds the text, also inside of the database and of packages that are not compressed. */
function filesWith(text: string, folder = server.home): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name)
}

describe('a server that demands a secret', () => {
  const basic = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`
  it.each([
    ['bearer', { kind: 'bearer', secret: { env: VARIABLE } }, { authorization: `Bearer ${TOKEN}` }, TOKEN],
    ['basic', { kind: 'basic', user: 'ann', secret: { env: VARIABLE } }, { authorization: basic }, PASSWORD],
    [
      'headers',
      { kind: 'headers', headers: { 'x-api-key': { env: VARIABLE }, 'x-team': { file: 'team.txt' } } },
      { 'x-api-key': TOKEN, 'x-team': 'trips' },
      TOKEN,
    ],
  ])('gets it as %s, and nothing of the home holds it', async (name, credentials, demands, secret) => {
    writeFileSync(join(server.projectDir, 'team.txt'), 'trips\n')
    upstream.demands = demands
    process.env[VARIABLE] = secret
    const imported = await importing(name, credentials)
    expect([imported.status, imported.body.error]).toEqual([200, undefined])
    expect(imported.body.package.answeredBy.credentials).toEqual(credentials)
    await server.apply({ name, stable: `${name}@champion` })
    const { status, body } = await ask(name)
    expect(status).toBe(200)
    expect(body.predictions[0].score).toBeCloseTo(lateness(250, 'SFO'), 6)
    expect(JSON.stringify([imported.body, body])).not.toContain(secret)
    expect(filesWith(secret)).toEqual([])
    expect(filesWith(VARIABLE).length).toBeGreaterThan(0)
  })

  it('answers as it does also where the secret is part of its answer', async () => {
    upstream.demands = { authorization: 'Bearer 0.' }
    process.env[VARIABLE] = '0.'
    expect((await importing('short', { kind: 'bearer', secret: { env: VARIABLE } })).status).toBe(200)
    await server.apply({ name: 'short', stable: 'short@champion' })
    expect((await ask('short')).body.predictions[0].score).toBeCloseTo(lateness(250, 'SFO'), 6)
  })

  it('is told by name which variable is empty, while other endpoints answer', async () => {
    process.env[VARIABLE] = TOKEN
    await importing('named', { kind: 'bearer', secret: { env: VARIABLE } })
    await importing('open')
    for (const name of ['named', 'open']) await server.apply({ name, stable: `${name}@champion` })
    delete process.env[VARIABLE]
    const { status, body } = await ask('named')
    expect([status, body.error.code, body.error.where]).toEqual([503, 'UNAVAILABLE', VARIABLE])
    expect(body.error.message).toBe(
      `The secret of the server that answers for "remote" is missing: there is nothing in the environment variable ${VARIABLE}.`,
    )
    expect((await ask('open')).status).toBe(200)
    process.env[VARIABLE] = TOKEN
    expect((await ask('named')).status).toBe(200)
    delete process.env[VARIABLE]
    const late = await importing('late', { kind: 'bearer', secret: { env: VARIABLE } })
    expect([late.status, late.body.error.where]).toEqual([503, VARIABLE])
  })

  it('that takes another one is named as refusing it, without what was sent', async () => {
    process.env[VARIABLE] = TOKEN
    await importing('turned', { kind: 'bearer', secret: { env: VARIABLE } })
    await server.apply({ name: 'turned', stable: 'turned@champion' })
    upstream.demands = { authorization: 'Bearer another' }
    const { status, body } = await ask('turned')
    expect([status, body.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
    expect(body.error.message).toContain('401: not with authorization: Bearer ***')
    expect(body.error.hint).toContain('does not take the secret')
    const { status: refused, body: without } = await importing('unnamed')
    expect([refused, without.error.code]).toEqual([502, 'UPSTREAM_FAILED'])
    expect(without.error.hint).toContain('--secret-env')
    process.env[VARIABLE] = 'two\nlines'
    const { body: broken } = await ask('turned')
    expect(broken.error.message).toContain('characters that no header may hold')
    expect(JSON.stringify(broken)).not.toContain('two')
    expect(filesWith(TOKEN)).toEqual([])
  })

  it('takes no secret in its address', async () => {
    const { status, body } = await server.send('POST', '/api/v1/models/open/import', {
      upstream: { url: `http://ann:${PASSWORD.replace(' ', '')}@127.0.0.1:1`, model: 'remote' },
    })
    expect([status, body.error.code]).toEqual([400, 'INVALID_INPUT'])
    expect(body.error.message).toContain('without user')
    expect(JSON.stringify(body)).not.toContain('31f7c2')
  })
})

it('a restart without the secret leaves other endpoints alone, and its own answers again once the secret is there', async () => {
  const first = await serveTrips()
  const file = join(first.projectDir, 'token.txt')
  writeFileSync(file, TOKEN)
  upstream.demands = { authorization: `Bearer ${TOKEN}` }
  const ask = (served: ServedTrips, name: string) =>
    served.send('POST', `/api/v1/endpoints/${name}/predict`, { rows: [row] })
  for (const name of ['closed', 'open']) {
    const secret = name === 'closed' ? { file: 'token.txt' } : { file: file }
    await first.send('POST', `/api/v1/models/${name}/import`, {
      upstream: { url: upstream.url, model: 'remote', credentials: { kind: 'bearer', secret } },
      signature: { classes: ['on time', 'late'], target: 'arrival' },
    })
    await first.apply({ name, stable: `${name}@champion` })
  }
  await first.server.close()
  const other = join(first.projectDir, 'elsewhere')
  mkdirSync(other)
  const again = await serveTrips({ projectDir: other, home: first.home })
  const { status, body } = await ask(again, 'closed')
  expect(status).toBe(503)
  expect(body.error.message).toContain('token.txt')
  expect((await ask(again, 'open')).status).toBe(200)
  writeFileSync(join(other, 'token.txt'), TOKEN)
  await expect.poll(async () => (await ask(again, 'closed')).status, { timeout: 45_000, interval: 500 }).toBe(200)
  await again.close()
  await first.close()
})

it('a file does not decide which secrets are sent, and where to', async () => {
  process.env[VARIABLE] = TOKEN
  const { body } = await importing('shared', { kind: 'bearer', secret: { env: VARIABLE } })
  const bytes = await (await fetch(`${server.server.url}/api/v1/blobs/${body.packageDigest}`)).bytes()
  const sent = await fetch(`${server.server.url}/api/v1/blobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  })
  const { digest } = (await sent.json()) as { digest: string }
  const taken = await server.send('POST', '/api/v1/models/taken/import', { files: { 'taken.zip': digest } })
  expect([taken.status, taken.body.error.code]).toEqual([422, 'MODEL_INVALID'])
  expect(taken.body.error.message).toContain('wants a secret of this server sent to')
})

it('another Regia is asked with its token', async () => {
  const far = await serveTrips({ token: TOKEN })
  const farFetch = (path: string, body: unknown, method = 'POST') =>
    fetch(far.server.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  try {
    const blob = await fetch(`${far.server.url}/api/v1/blobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(await packageGraph('regressor')),
    })
    const { digest } = (await blob.json()) as { digest: string }
    expect((await farFetch('/api/v1/models/regressor/import', { files: { 'regressor.zip': digest } })).status).toBe(200)
    const spec = { name: 'regressor', stable: 'regressor@champion' }
    expect((await farFetch('/api/v1/endpoints/regressor', spec, 'PUT')).status).toBe(200)
    process.env[VARIABLE] = TOKEN
    const { status } = await server.send('POST', '/api/v1/models/far/import', {
      upstream: {
        ...{ url: far.server.url, model: 'regressor' },
        credentials: { kind: 'bearer', secret: { env: VARIABLE } },
      },
    })
    expect(status).toBe(200)
    await server.apply({ name: 'far', stable: 'far@champion' })
    const whole = graphTensors.rows.findIndex((cells) => !cells.includes(null))
    const { body } = await server.send('POST', '/api/v1/endpoints/far/predict', {
      rows: [Object.fromEntries((graphTensors.rows[whole] ?? []).map((cell, place) => [`X_${place}`, cell]))],
    })
    expect(body.predictions[0].score).toBeCloseTo(graphTensors.regressor.variable[whole]?.[0] ?? Number.NaN, 5)
  } finally {
    await far.close()
  }
})
