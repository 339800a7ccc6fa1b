import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '@regia/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { beginStory, MINUTE, type ReleaseStory, spoil } from '../../../test/serving/release-story.ts'
import { packageTrips } from '../../../test/serving/trips.ts'

let weak: Uint8Array
let strong: Uint8Array
const stories: ReleaseStory[] = []

beforeAll(async () => {
  weak = await packageTrips({ trees: 30, seed: 1 })
  strong = await packageTrips({ trees: 40, seed: 2 })
})
afterEach(async () => {
  for (const story of stories.splice(0)) await story.close()
})

type CanaryInput = NonNullable<Parameters<ReleaseStory['serve']>[0]['canary']>

/** Version 1 serves, version 2 is its canary. */
async function begin(canary: object = {}, bytes: Uint8Array = strong, stable = weak): Promise<ReleaseStory> {
  const story = await beginStory()
  stories.push(story)
  await story.served.register('trips', stable, 'champion')
  await story.served.register('trips', bytes)
  const rollbackWhen = { latencyIncrease: 100, scoreShift: 2 }
  const policy = {
    model: 'trips@challenger',
    steps: [40, 60],
    every: '10m',
    minimumRequests: 60,
    rollbackWhen,
    ...canary,
  }
  await story.serve({ canary: policy as CanaryInput })
  return story
}

const kinds = async (story: ReleaseStory) => (await story.decisions()).map(({ kind }) => kind).reverse()

describe('a good canary', () => {
  it('takes its steps one after the other, and is promoted after the last', async () => {
    const story = await begin({ promoteWhen: { nonInferior: 'accuracy', margin: 0.15, minimumLabels: 60 } })
    expect(await story.release()).toMatchObject({
      kind: 'canary',
      state: 'running',
      step: { place: 1, of: 2, percent: 40 },
    })
    await story.label(await story.ask(700))
    await story.look()
    expect((await story.release()).reason).toContain('Held 0 of 600 s')
    await story.pass(10 * MINUTE)
    const second = await story.release()
    expect(second).toMatchObject({
      state: 'running',
      step: { place: 2, percent: 60, requestCount: 0, neededCount: 60 },
    })
    const [control, canary] = second.arms
    expect(control!.requestCount + canary!.requestCount).toBe(700)
    expect(canary!.requestCount).toBeGreaterThan(60)
    await story.label(await story.ask(400))
    await story.pass(9 * MINUTE)
    expect(await story.champion()).toBe(1)
    await story.pass(MINUTE)
    expect(await story.champion()).toBe(2)
    expect(await kinds(story)).toEqual(['created', 'canary-started', 'canary-advanced', 'promoted'])
    const [promoted] = await story.decisions()
    expect(promoted).toMatchObject({ by: 'release rule', fromVersion: 1, toVersion: 2, release: { kind: 'canary' } })
    expect(promoted?.release?.rules.every(({ state }) => state === 'passes')).toBe(true)
    expect(promoted?.release?.arms[1]?.metrics.find(({ name }) => name === 'accuracy')?.n).toBeGreaterThan(60)
    expect((await story.ask(5)).every(({ version }) => version === 2)).toBe(true)
    expect(await story.release()).toMatchObject({ state: 'promoted', endedAt: expect.any(String) })
  })

  it('waits for a person before each step where it may not act by itself', async () => {
    const story = await begin({ automatic: false })
    await story.ask(700)
    await story.pass(10 * MINUTE)
    expect(await story.release()).toMatchObject({ state: 'recommended', step: { place: 1 } })
    expect((await story.served.send('GET', '/api/v1/overview')).body.needs).toMatchObject([
      { kind: 'release', endpoint: 'trips' },
    ])
    await story.served.send('POST', '/api/v1/endpoints/trips/advance', { reason: 'I looked.' })
    expect(await story.release()).toMatchObject({ state: 'running', step: { place: 2 } })
    await story.ask(300)
    await story.pass(10 * MINUTE)
    expect(await story.champion()).toBe(1)
    await story.served.send('POST', '/api/v1/endpoints/trips/promote', { reason: 'Still good.' })
    expect(await story.champion()).toBe(2)
    expect((await story.decisions())[0]).toMatchObject({ kind: 'promoted', by: 'person', reason: 'Still good.' })
  })

  it('is only recommended where the alias is protected', async () => {
    const story = await begin({ steps: [50] })
    await story.served.send('POST', '/api/v1/models/trips', { protectedAliases: ['champion'] })
    await story.ask(700)
    await story.pass(10 * MINUTE)
    expect(await story.champion()).toBe(1)
    expect(await story.release()).toMatchObject({ state: 'recommended', winner: 2 })
  })
})

describe('a bad canary is taken back, and not tried again', () => {
  async function expectTakenBack(story: ReleaseStory, rule: string): Promise<void> {
    expect(await story.release()).toMatchObject({ state: 'rolled-back', arms: [{ version: 1 }, { version: 2 }] })
    const [decision] = await story.decisions()
    expect(decision).toMatchObject({ kind: 'rolled-back', by: 'release rule', fromVersion: 2, toVersion: 1 })
    expect(decision?.reason).toContain(rule)
    expect((await story.ask(20)).every(({ version, status }) => version === 1 && status === 200)).toBe(true)
    await story.served.server.services.serving.endpoints.refresh('trips')
    expect(await story.release()).toMatchObject({ state: 'rolled-back' })
    expect(await story.champion()).toBe(1)
  }

  it('by errors: callers had their answers all the same', async () => {
    const story = await begin({ rollbackWhen: { consecutiveFailures: 1000 } })
    await story.served.send('PUT', '/api/v1/notifiers/ops', {
      name: 'ops',
      events: ['release-decided'],
      via: { kind: 'webhook', url: 'http://127.0.0.1:9/' },
    })
    const rng = createRng('errors')
    spoil(story, (predict) => async (batch) => {
      if (rng.next() < 0.3) throw new Error('It does not know this row.')
      return predict(batch)
    })
    const asked = await story.ask(600)
    expect(asked.every(({ status }) => status === 200)).toBe(true)
    await story.look()
    await expectTakenBack(story, 'errorRateIncrease')
    const told = (await story.served.send('GET', '/api/v1/notifications')).body.items
    expect(told).toMatchObject([{ event: 'release-decided', title: 'trips: version 2 was taken back' }])
  })

  it('until a person says that it shall be tried again', async () => {
    const story = await begin({ steps: [50] })
    await story.served.send('POST', '/api/v1/endpoints/trips/rollback', {})
    expect(await story.release()).toMatchObject({ state: 'rolled-back', arms: [{ share: 1 }, { share: 0 }] })
    await story.served.send('POST', '/api/v1/endpoints/trips/retry', {})
    expect(await story.release()).toMatchObject({ state: 'running', step: { place: 1 } })
    const again = await story.served.send('POST', '/api/v1/endpoints/trips/retry', {})
    expect(again.body.error.code).toBe('CONFLICT')
  })

  it('by failures one after the other: at once, between two looks', async () => {
    const story = await begin({ steps: [50] })
    spoil(story, () => async () => {
      throw new Error('It does not work at all.')
    })
    expect((await story.ask(40)).every(({ status, version }) => status === 200 && version === 1)).toBe(true)
    await expect.poll(async () => (await story.release()).state, { timeout: 45_000 }).toBe('rolled-back')
    await expectTakenBack(story, 'consecutiveFailures')
  })

  it('by an answer that is no number', async () => {
    const story = await begin({ steps: [50] })
    let calls = 0
    spoil(story, (predict) => async (batch) => {
      const predictions = await predict(batch)
      if (++calls > 5) predictions.scores.fill(Number.NaN)
      return predictions
    })
    expect((await story.ask(60)).every(({ status }) => status === 200)).toBe(true)
    await expect.poll(async () => (await story.release()).state, { timeout: 45_000 }).toBe('rolled-back')
    await expectTakenBack(story, 'invalidAnswers')
  })

  it('by latency', async () => {
    const story = await begin({ steps: [50], rollbackWhen: { latencyIncrease: 0.5 } })
    spoil(story, (predict) => async (batch) => {
      await sleep(40)
      return predict(batch)
    })
    await story.ask(500)
    await story.look()
    await expectTakenBack(story, 'latencyIncrease')
  })

  it('by scores that lie elsewhere', async () => {
    const story = await begin({ steps: [50], rollbackWhen: { scoreShift: 0.25 } })
    spoil(story, (predict) => async (batch) => {
      const predictions = await predict(batch)
      for (let i = 0; i < predictions.rowCount; i++) predictions.scores[i] = predictions.scores[i]! / 5
      return predictions
    })
    for (let i = 0; i < 4 && (await story.release()).state === 'running'; i++) {
      await story.ask(500)
      await story.look()
    }
    await expectTakenBack(story, 'scoreShift')
  })

  it('by what really happened', async () => {
    const useless = await packageTrips({ trees: 20, seed: 3, isRandom: true })
    const story = await begin(
      { steps: [50], rollbackWhen: { scoreShift: 100, metric: { name: 'accuracy', worseBy: 0.02 } } },
      useless,
      strong,
    )
    for (let i = 0; i < 4 && (await story.release()).state === 'running'; i++) {
      await story.label(await story.ask(500))
      await story.look()
    }
    await expectTakenBack(story, 'metric')
  })
})
