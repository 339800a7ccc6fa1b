import { decisionSchema, digestOf, type Row, releaseSchema, shadowComparisonSchema } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startLoad } from '../../../test/serving/load.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'

const RULE = { minimumPairs: 300, maximumPairs: 1200 }
const NEW_DAY = '2001-06-01T00:00:00.000Z'

let weak: Uint8Array
let strong: Uint8Array
let useless: Uint8Array
const opened: ServedTrips[] = []

beforeAll(async () => {
  weak = await packageTrips({ trees: 2, seed: 1 })
  strong = await packageTrips({ trees: 40, seed: 2 })
  useless = await packageTrips({ trees: 20, seed: 3, isRandom: true })
})
afterAll(async () => {
  for (const served of opened) await served.close()
})

async function serve(rule: Record<string, unknown> = {}): Promise<ServedTrips> {
  const served = await serveTrips()
  opened.push(served)
  await served.register('trips', weak)
  await served.apply({
    name: 'trips',
    shadow: {
      model: 'trips@challenger',
      rule: { ...RULE, minimumDifference: -0.002, confidence: 0.95, automatic: true, ...rule },
    },
  })
  return served
}

/** Predictions with their labels. */
async function ask(served: ServedTrips, seed: string, count: number, at = NEW_DAY): Promise<void> {
  const { rows, late } = tripRows(count, seed)
  const { body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows, at })
  const ids: string[] = body.predictions.map(({ id }: { id: string }) => id)
  await served.server.services.serving.consumer.flush('trips')
  await served.send('POST', '/api/v1/labels', {
    labels: ids.map((predictionId, i) => ({ predictionId, label: late[i] })),
  })
}

const decisions = async (served: ServedTrips) =>
  (await served.send('GET', '/api/v1/endpoints/trips/decisions')).body.items.map((item: unknown) =>
    decisionSchema.parse(item),
  )
const decided = (served: ServedTrips, kind: string) =>
  eventually(async () => (await decisions(served)).find((decision: { kind: string }) => decision.kind === kind))
const releases = async (served: ServedTrips) =>
  (await served.send('GET', '/api/v1/endpoints/trips/releases')).body.items.map((item: unknown) =>
    releaseSchema.parse(item),
  )
const comparison = async (served: ServedTrips) => served.send('GET', '/api/v1/endpoints/trips/comparison')
const versionOf = async (served: ServedTrips, row: Row): Promise<number> =>
  (await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: [row] })).body.version

describe('a version in shadow', () => {
  it('begins by itself, is compared on new days only, and takes over when it is not worse', async () => {
    const served = await serve()
    expect((await comparison(served)).status).toBe(204)
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    await ask(served, 'old days', 400, '2000-06-01T00:00:00.000Z')
    const early = await eventually(async () => {
      const { body } = await comparison(served)
      return body?.pairCount === 400 ? body : undefined
    })
    expect(shadowComparisonSchema.parse(early)).toMatchObject({ labelledPairCount: 0, verdict: 'waiting' })
    await served.server.services.serving.consumer.flush('trips')
    const { items } = (await served.send('GET', '/api/v1/endpoints/trips/comparison/differences?limit=5')).body
    const sizes = items.map((each: { championScore: number; challengerScore: number }) =>
      Math.abs(each.championScore - each.challengerScore),
    )
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    expect(items).toHaveLength(5)
    expect(items[0]).toMatchObject({ row: { place: expect.any(String) }, actual: expect.any(String) })
    await ask(served, 'new days', 1300)
    const promoted = await decided(served, 'promoted')
    expect(promoted).toMatchObject({ fromVersion: 1, toVersion: 2, by: 'promotion rule', eventTime: NEW_DAY })
    expect(promoted.comparison).toMatchObject({ verdict: 'promote', championVersion: 1, challengerVersion: 2 })
    expect(promoted.comparison?.difference).toBeGreaterThan(0)
    expect(promoted.comparison?.interval?.lower).toBeGreaterThan(-0.002)
    const models = await served.send('GET', '/api/v1/models/trips')
    expect(models.body.aliases).toContainEqual({ alias: 'champion', version: 2 })
    expect((await served.send('GET', '/api/v1/endpoints/trips')).body).toMatchObject({ rollbackVersion: 1 })
    expect(await releases(served)).toEqual([
      expect.objectContaining({
        ...{ id: promoted.release.id, kind: 'shadow', state: 'promoted', winner: 2, verdict: 'promote' },
        ...{ stableVersion: 1, comparison: promoted.comparison, reason: promoted.reason, endedAt: expect.any(String) },
      }),
    ])
  })

  it('is refused when it knows nothing, and is not tried again', async () => {
    const served = await serve()
    await served.register('trips', useless)
    await decided(served, 'shadow-started')
    await ask(served, 'a', 600)
    await ask(served, 'b', 700)
    const refused = await decided(served, 'refused')
    expect(refused).toMatchObject({ fromVersion: 1, toVersion: 2, comparison: { verdict: 'refuse' } })
    const [release] = await releases(served)
    expect(release).toMatchObject({ state: 'refused', reason: refused.reason, comparison: refused.comparison })
    expect(refused.release).toEqual({ id: release.id, kind: 'shadow', arms: release.arms, rules: [] })
    expect(release.arms).toMatchObject([
      { version: 1, model: 'trips@champion', role: 'stable', share: 1, requestCount: refused.comparison.pairCount },
      { version: 2, model: 'trips@challenger', role: 'shadow', share: 0 },
    ])
    const endpoint = (await served.send('GET', '/api/v1/endpoints/trips')).body
    expect(endpoint.deployments.map(({ role }: { role: string }) => role)).toEqual(['stable'])
    expect((await served.send('GET', '/api/v1/models/trips')).body.aliases).toContainEqual({
      alias: 'challenger',
      version: 2,
    })
    await served.server.services.serving.endpoints.refresh('trips')
    expect(served.server.services.serving.endpoints.get('trips').shadow).toBeUndefined()
    // What was compared still counts, so that the same rule refuses it again.
    expect(await served.send('POST', '/api/v1/endpoints/trips/retry', {})).toMatchObject({ status: 200 })
    await eventually(async () => {
      const states = (await releases(served)).map(({ state }: { state: string }) => state)
      return String(states) === 'refused,refused' ? true : undefined
    })
  })

  it('is a release like others while it runs, and ends when the endpoint no longer names it', async () => {
    const served = await serve()
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    await ask(served, 'e', 100)
    await served.server.services.serving.consumer.flush('trips')
    const latest = async () => releaseSchema.parse((await served.send('GET', '/api/v1/endpoints/trips/release')).body)
    const running = await latest()
    expect(running).toMatchObject({
      ...{ kind: 'shadow', state: 'running', stableVersion: 1, verdict: 'waiting', comparison: { pairCount: 100 } },
      policy: { model: 'trips@challenger', rule: RULE },
    })
    expect(running.reason).toBe(running.comparison?.reason)
    const patient = { ...RULE, minimumPairs: 500 }
    await served.apply({ name: 'trips', shadow: { model: 'trips@challenger', rule: patient } } as never)
    expect(await latest()).toMatchObject({ id: running.id, state: 'running', policy: { rule: patient } })
    await served.apply({ name: 'trips' })
    const reason = 'The endpoint no longer names it.'
    expect(await latest()).toMatchObject({ id: running.id, state: 'stopped', reason })
    expect((await decisions(served))[0]).toMatchObject({ kind: 'stopped', by: 'regia', reason, fromVersion: 2 })
  })

  it('waits for a person where the rule may not decide', async () => {
    const served = await serve({ automatic: false })
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    await ask(served, 'c', 600)
    await eventually(async () => ((await comparison(served)).body.verdict === 'promote' ? true : undefined))
    expect((await served.send('GET', '/api/v1/overview')).body.needs).toMatchObject([
      { kind: 'promotion', endpoint: 'trips' },
    ])
    expect(await versionOf(served, tripRows(1, 1).rows[0]!)).toBe(1)
    expect(await decided(served, 'recommended')).toMatchObject({ toVersion: 2, comparison: { verdict: 'promote' } })
    expect(await releases(served)).toMatchObject([{ kind: 'shadow', state: 'recommended', winner: 2 }])
    await served.send('POST', '/api/v1/endpoints/trips/promote', { reason: 'I looked at it.' })
    expect(await releases(served)).toMatchObject([{ state: 'promoted', winner: 2, reason: 'I looked at it.' }])
    expect(await versionOf(served, tripRows(1, 1).rows[0]!)).toBe(2)
    expect(await decided(served, 'promoted')).toMatchObject({ by: 'person', reason: 'I looked at it.' })
  })

  it('waits for an approval where the alias is protected, whatever the rule says', async () => {
    const served = await serve()
    await served.send('POST', '/api/v1/models/trips', { protectedAliases: ['champion'] })
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    await ask(served, 'd', 1300)
    const waits = { kind: 'promotion', endpoint: 'trips' }
    await eventually(async () => {
      const { needs } = (await served.send('GET', '/api/v1/overview')).body
      return needs.some(({ kind }: { kind: string }) => kind === 'promotion') ? true : undefined
    })
    expect((await served.send('GET', '/api/v1/overview')).body.needs).toMatchObject([waits])
    await decided(served, 'recommended')
    const byHand = await served.send('POST', '/api/v1/endpoints/trips/promote', { reason: 'I looked at it.' })
    expect(byHand.body.error).toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining('regia models request') })
    expect(await releases(served)).toMatchObject([{ state: 'recommended' }])
    const wish = { alias: 'champion', version: 2, by: 'ada' }
    const { id } = (await served.send('POST', '/api/v1/models/trips/requests', wish)).body
    expect((await served.send('GET', '/api/v1/overview')).body.needs).toContainEqual({
      kind: 'alias-request',
      request: expect.objectContaining({ id, model: 'trips', requestedBy: 'ada' }),
    })
    await served.send('POST', `/api/v1/registry/requests/${id}/approve`, { by: 'grace' })
    await eventually(async () => ((await versionOf(served, tripRows(1, 1).rows[0]!)) === 2 ? true : undefined))
  })
})

describe('a change of version', () => {
  it('lets no request fail under load, and rolls back in less than a second', async () => {
    const served = await serve()
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    const load = startLoad(served, 'trips', tripRows(200, 'load').rows)
    await served.send('POST', '/api/v1/endpoints/trips/promote', {})
    const begun = performance.now()
    const back = await served.send('POST', '/api/v1/endpoints/trips/rollback', { reason: 'It smells.' })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(back.body.deployments[0]).toMatchObject({ role: 'stable', version: 1 })
    for (let i = 0; i < 6; i++)
      await served.send('POST', `/api/v1/models/trips/versions/${(i % 2) + 1}/promote`, { alias: 'champion' })
    const { answered, failures, versions } = await load.stop()
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect(versions).toEqual(new Set([1, 2]))
    expect(await decided(served, 'rolled-back')).toMatchObject({ fromVersion: 2, toVersion: 1, reason: 'It smells.' })
    expect(served.server.services.serving.endpoints.get('trips').shadow).toBeUndefined()
  })

  it('keeps what serves when the next version does not load', async () => {
    const served = await serve()
    const { endpoints } = served.server.services.serving
    const digest = (await served.send('GET', '/api/v1/models/trips/versions/1')).body.packageDigest
    await served.register('trips', strong)
    await decided(served, 'shadow-started')
    const gateway = endpoints.get('trips')
    const broken = { ...gateway.stable!.registered, version: 9, packageDigest: digestOf(`not ${digest}`) }
    await expect(gateway.change({ stable: broken })).rejects.toMatchObject({ code: 'BLOB_MISSING' })
    expect(gateway.deployments()).toContainEqual(expect.objectContaining({ version: 9, state: 'failed' }))
    expect(await versionOf(served, tripRows(1, 1).rows[0]!)).toBe(1)
  })

  it('says why there is nothing to promote or roll back to', async () => {
    const served = await serve()
    for (const action of ['promote', 'rollback']) {
      const { status, body } = await served.send('POST', `/api/v1/endpoints/trips/${action}`, {})
      expect([status, body.error.code]).toEqual([409, 'CONFLICT'])
    }
    await served.register('trips', strong)
    await served.apply({ name: 'trips', stable: 'trips@2' })
    const { body } = await served.send('POST', '/api/v1/endpoints/trips/rollback', {})
    expect(body.error.message).toContain('pinned to trips@2')
  })

  it('serves the same version again after a restart, and can still roll back', async () => {
    const first = await serve()
    await first.register('trips', strong)
    await decided(first, 'shadow-started')
    await first.send('POST', '/api/v1/endpoints/trips/promote', {})
    await first.server.close()
    const again = await serveTrips({ home: first.home })
    opened.push(again)
    const endpoint = (await again.send('GET', '/api/v1/endpoints/trips')).body
    expect(endpoint).toMatchObject({ rollbackVersion: 1 })
    expect(await versionOf(again, tripRows(1, 1).rows[0]!)).toBe(2)
    expect((await decisions(again)).map(({ kind }: { kind: string }) => kind)).toEqual([
      'promoted',
      'shadow-started',
      'created',
    ])
  })
})
