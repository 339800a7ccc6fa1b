import { assignShare, type Row } from '@regia/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { beginStory, MINUTE, type ReleaseStory } from '../../../test/serving/release-story.ts'
import { packageTrips } from '../../../test/serving/trips.ts'

let good: Uint8Array
let alike: Uint8Array
let useless: Uint8Array
const stories: ReleaseStory[] = []

beforeAll(async () => {
  good = await packageTrips({ trees: 30, seed: 1 })
  alike = await packageTrips({ trees: 30, seed: 1, until: '2001-01-02T00:00:00.000Z' })
  useless = await packageTrips({ trees: 20, seed: 3, isRandom: true })
})
afterEach(async () => {
  for (const story of stories.splice(0)) await story.close()
})

/** Version 1 is the control, version 2 gets half of the requests. */
async function begin(stable: Uint8Array, other: Uint8Array, policy: object = {}): Promise<ReleaseStory> {
  const story = await beginStory()
  stories.push(story)
  await story.served.register('trips', stable, 'champion')
  await story.served.register('trips', other)
  const experiment = {
    arms: [{ model: 'trips@challenger', share: 0.5 }],
    metric: 'accuracy',
    minimumEffect: 0.1,
    // On a busy machine latencies are no business of these stories.
    rollbackWhen: { scoreShift: 100, latencyIncrease: 100 },
    ...policy,
  }
  await story.serve({ experiment: experiment as never })
  return story
}

describe('an experiment', () => {
  it('finds the better version, and asks a person to promote it', async () => {
    const story = await begin(useless, good)
    for (let i = 0; i < 6 && (await story.release()).state === 'running'; i++) {
      await story.label(await story.ask(400))
      await story.pass(MINUTE)
    }
    const release = await story.release()
    expect(release).toMatchObject({ kind: 'experiment', state: 'recommended', winner: 2 })
    expect(release.analysis).toMatchObject({ verdict: 'winner', sampleRatio: { isSound: true } })
    expect(release.analysis?.comparisons[0]?.interval?.lower).toBeGreaterThan(0)
    expect(await story.champion()).toBe(1)
    await story.served.send('POST', '/api/v1/endpoints/trips/promote', { reason: 'It is better.' })
    expect(await story.champion()).toBe(2)
    const [decision] = await story.decisions()
    expect(decision).toMatchObject({ kind: 'promoted', by: 'person', release: { analysis: { winner: 2 } } })
  })

  it('is not decided between two versions that are the same', async () => {
    const story = await begin(good, alike, { minimumEffect: 0.02, automatic: true })
    for (let i = 0; i < 3; i++) {
      await story.label(await story.ask(300))
      await story.pass(MINUTE)
    }
    const release = await story.release()
    expect(release).toMatchObject({ state: 'running', analysis: { verdict: 'running' } })
    expect(release.analysis?.comparisons[0]).toMatchObject({ isSignificant: false, verdict: 'undecided' })
  })

  it('keeps a better stable version by itself, and does not try the other again', async () => {
    const story = await begin(good, useless, { automatic: true })
    for (let i = 0; i < 6 && (await story.release()).state === 'running'; i++) {
      await story.label(await story.ask(400))
      await story.pass(MINUTE)
    }
    expect(await story.release()).toMatchObject({ state: 'refused' })
    expect((await story.decisions())[0]).toMatchObject({
      kind: 'refused',
      by: 'release rule',
      fromVersion: 2,
      toVersion: 1,
    })
    await story.served.server.services.serving.endpoints.refresh('trips')
    expect((await story.ask(10)).every(({ version }) => version === 1)).toBe(true)
  })

  it('counts entities, not requests, and is paused where something loses those of one arm', async () => {
    const story = await begin(good, alike, { sticky: 'trip' })
    const rowOf = (trip: string): Row => ({ miles: 500, place: 'JFK', wind: 0, trip })
    await story.ask(300, { rows: Array.from({ length: 300 }, (_, i) => rowOf(`busy ${i % 2}`)) })
    await story.look()
    const { id, state } = await story.release()
    expect(state).toBe('running')
    // As if something on the way kept most of the arm's entities from the server.
    const units = Array.from({ length: 600 }, (_, i) => `trip ${i}`)
    const arriving = units.filter((unit, i) => assignShare(id, unit) >= 0.5 || i % 6 === 0)
    await story.ask(arriving.length, { rows: arriving.map(rowOf) })
    await story.look()
    const release = await story.release()
    expect(release).toMatchObject({
      state: 'paused',
      analysis: { verdict: 'unsound', sampleRatio: { isSound: false } },
    })
    const { needs } = (await story.served.send('GET', '/api/v1/overview')).body
    expect(needs).toMatchObject([{ kind: 'release', endpoint: 'trips' }])
    const reason = expect.stringContaining('chance does not explain')
    expect((await story.decisions())[0]).toMatchObject({ kind: 'paused', reason })
  })

  it('begins anew where its policy changes, and ends where the endpoint no longer names it', async () => {
    const story = await begin(good, alike)
    const first = await story.release()
    await story.serve({ experiment: { ...first.policy, alpha: 0.01 } as never })
    const second = await story.release()
    expect(second.id).not.toBe(first.id)
    await story.serve({})
    expect(await story.release()).toMatchObject({ id: second.id, state: 'stopped' })
    const kinds = (await story.decisions()).map(({ kind }) => kind)
    expect(kinds).toEqual(['stopped', 'experiment-started', 'stopped', 'experiment-started', 'created'])
    const page = (await story.served.send('GET', '/api/v1/endpoints/trips/releases')).body
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id])
  })
})
