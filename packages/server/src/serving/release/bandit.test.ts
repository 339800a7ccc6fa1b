import { createRng } from '@regia/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Asked, beginStory, MINUTE, type ReleaseStory } from '../../../test/serving/release-story.ts'
import { packageTrips } from '../../../test/serving/trips.ts'

let one: Uint8Array
let other: Uint8Array
const stories: ReleaseStory[] = []

beforeAll(async () => {
  one = await packageTrips({ trees: 20, seed: 1 })
  other = await packageTrips({ trees: 20, seed: 1, until: '2001-01-02T00:00:00.000Z' })
})
afterEach(async () => {
  for (const story of stories.splice(0)) await story.close()
})

async function begin(policy: object = {}): Promise<ReleaseStory> {
  const story = await beginStory()
  stories.push(story)
  await story.served.register('trips', one, 'champion')
  await story.served.register('trips', other)
  await story.serve({
    bandit: {
      arms: [{ model: 'trips@challenger' }],
      every: '1m',
      rollbackWhen: { latencyIncrease: 100 },
      ...policy,
    } as never,
  })
  return story
}

/** Version 2 earns more: 0.6 of its predictions are worth something, of version 1 0.3. */
function payer(seed: string): (asked: Asked) => number {
  const rng = createRng(seed)
  return ({ version }) => Number(rng.next() < (version === 2 ? 0.6 : 0.3))
}

describe('a bandit', () => {
  it('gives more to what earns more, though rewards come late', async () => {
    const story = await begin({ minimumShare: 0.1 })
    expect((await story.release()).arms.map(({ share }) => share)).toEqual([0.5, 0.5])
    const pay = payer('late')
    let waiting: readonly Asked[] = []
    for (let i = 0; i < 5 && (await story.release()).state === 'running'; i++) {
      const asked = await story.ask(150)
      // What was asked in one minute is rewarded in the next.
      await story.reward(waiting, pay)
      waiting = asked
      await story.pass(MINUTE)
    }
    const release = await story.release()
    const [stable, arm] = release.arms
    expect(arm!.share).toBeGreaterThan(0.8)
    expect(stable!.share).toBeGreaterThanOrEqual(0.1 - 1e-9)
    expect(release.bandit).toMatchObject({ algorithm: 'thompson', best: 2 })
    expect(release.bandit?.history.length).toBeGreaterThanOrEqual(4)
    expect(release.bandit?.arms[1]).toMatchObject({ rewardCount: expect.any(Number) })
    expect((await story.decisions()).some(({ kind }) => kind === 'shares-changed')).toBe(true)
    const versions = (await story.ask(60)).map(({ version }) => version)
    expect(versions.filter((version) => version === 2).length).toBeGreaterThan(40)
  })

  it('ends when the best is known, and promotes it where it may', async () => {
    const story = await begin({ automatic: true, minimumRewards: 50, maximumExpectedLoss: 0.01 })
    const pay = payer('end')
    for (let i = 0; i < 10 && (await story.champion()) === 1; i++) {
      await story.reward(await story.ask(200), pay)
      await story.pass(MINUTE)
    }
    expect(await story.champion()).toBe(2)
    expect((await story.decisions())[0]).toMatchObject({
      kind: 'promoted',
      release: { bandit: { verdict: 'winner', best: 2 } },
    })
  })

  it('counts the first reward of a prediction, whatever comes later', async () => {
    const story = await begin({ metric: 'reward' })
    const asked = await story.ask(30)
    await story.reward(asked, () => 1)
    await story.reward(asked, () => 0)
    await story.pass(MINUTE)
    await story.served.server.services.serving.consumer.flush('trips')
    await story.reward(asked, () => 0)
    await story.pass(MINUTE)
    const rewards = (await story.release()).arms.map(({ metrics }) => metrics.find(({ name }) => name === 'reward'))
    expect(rewards.reduce((sum, metric) => sum + (metric?.n ?? 0), 0)).toBe(30)
    expect(rewards.every((metric) => metric?.mean === 1)).toBe(true)
  })

  it('takes what never comes as nothing earned, where it is told so', async () => {
    const story = await begin({ missingReward: 'zero', rewardWindow: '5m' })
    const asked = await story.ask(40)
    await story.pass(MINUTE)
    expect((await story.release()).bandit?.arms.reduce((sum, { pendingCount }) => sum + pendingCount, 0)).toBe(40)
    await story.reward(asked.slice(0, 10), () => 1)
    await story.pass(10 * MINUTE)
    const { arms } = (await story.release()).bandit!
    expect(arms.reduce((sum, { rewardCount }) => sum + rewardCount, 0)).toBe(40)
    expect(arms.reduce((sum, { pendingCount }) => sum + pendingCount, 0)).toBe(0)
    // Too late: what has not come in its window never comes.
    await story.reward(asked.slice(10), () => 1)
    await story.pass(MINUTE)
    const late = (await story.release()).arms.flatMap(({ metrics }) => metrics.filter(({ name }) => name === 'reward'))
    expect(late.reduce((sum, { n }) => sum + n, 0)).toBe(10)
  })
})
