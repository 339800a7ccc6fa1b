import { balancedAccuracy, type EndpointSpecInput, macroF1, type Release, withChanges } from '@regia/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fateRows, packageFates } from '../../../test/serving/fates.ts'
import { eventually } from '../../../test/serving/load.ts'
import { type Asked, beginStory, type ReleaseStory } from '../../../test/serving/release-story.ts'

let sound: Uint8Array
let alike: Uint8Array
let blind: Uint8Array
const stories: ReleaseStory[] = []

beforeAll(async () => {
  sound = await packageFates()
  alike = await packageFates({ trees: 25 })
  blind = await packageFates({ missesCancelled: true })
})
afterEach(async () => {
  for (const story of stories.splice(0)) await story.close()
})

/** Version 1 serves, version 2 waits to be released. */
async function begin(challenger: Uint8Array): Promise<ReleaseStory> {
  const story = await beginStory()
  stories.push(story)
  await story.served.register('trips', sound, 'champion')
  await story.served.register('trips', challenger)
  return story
}

/** @returns What was asked, with what really became of each flight. */
async function askAndLabel({ ask, served, look }: ReleaseStory, count: number) {
  const { rows, fates } = fateRows(count, 7)
  const asked = await ask(count, { rows })
  const known = asked.map((each, i) => ({ ...each, actual: fates[i]! }))
  await push(served, known)
  await look()
  return known
}

const push = (served: ReleaseStory['served'], known: readonly (Pick<Asked, 'id'> & { readonly actual: string })[]) =>
  served.send('POST', '/api/v1/labels', {
    labels: known.map(({ id, actual }) => ({ predictionId: id, label: actual })),
  })

const canary = (rules: object) => ({
  canary: {
    model: 'trips@challenger',
    steps: [50],
    every: '10m',
    minimumRequests: 60,
    promoteWhen: { minimumLabels: 200 },
    rollbackWhen: { latencyIncrease: 100, scoreShift: 5, ...rules },
  },
})
/** The server fills in what has a default. */
const serve = ({ served }: ReleaseStory, policy: Partial<EndpointSpecInput>) =>
  served.send('PUT', '/api/v1/endpoints/trips', { name: 'trips', stable: 'trips@champion', ...policy })

const meansOf = ({ arms }: Release) =>
  arms.map(({ metrics }) => Object.fromEntries(metrics.map(({ name, mean }) => [name, mean])))

describe('a canary of more than two classes', () => {
  it('is taken back by macro F1 when it misses a rare class, of which accuracy sees a fourth', async () => {
    const story = await begin(blind)
    await serve(story, canary({ metric: { name: 'macroF1', worseBy: 0.05 } }))
    await askAndLabel(story, 3000)
    const release = await story.release()
    expect(release.state).toBe('rolled-back')
    expect(release.reason).toMatch(
      /macro F1 is 0\.\d+ on \d+ labels, of the stable version 0\.\d+; it may be worse by 0\.05, which is proven\.$/,
    )
    const [stable, challenger] = meansOf(release)
    expect(stable!.accuracy! - challenger!.accuracy!).toBeLessThan(0.12)
    expect(stable!.macroF1! - challenger!.macroF1!).toBeGreaterThan(0.3)
    expect(Object.keys(stable!)).toEqual(['accuracy', 'macroF1', 'balancedAccuracy'])
  })

  it('shows the figures that its labels give, and takes corrected ones back', async () => {
    const story = await begin(alike)
    await serve(story, canary({}))
    const asked = await askAndLabel(story, 600)
    const expectFigures = async (known: typeof asked) => {
      const release = await story.release()
      for (const [i, version] of [1, 2].entries()) {
        const cells = known
          .filter((each) => each.version === version)
          .map(({ actual, label: predicted }) => ({ actual, predicted, by: 1 as const }))
        const confusion = withChanges([], cells)
        const means = meansOf(release)[i]!
        expect(means.macroF1).toBeCloseTo(macroF1(confusion).mean, 12)
        expect(means.balancedAccuracy).toBeCloseTo(balancedAccuracy(confusion).mean, 12)
      }
    }
    await expectFigures(asked)
    const corrected = asked.map((each, i) => (i % 3 === 0 ? { ...each, actual: 'cancelled' } : each))
    await push(story.served, corrected)
    await story.look()
    await expectFigures(corrected)
  })
})

describe('an experiment of more than two classes', () => {
  it('is won on balanced accuracy', async () => {
    const story = await begin(blind)
    const arms = [{ model: 'trips@challenger', share: 0.5 }]
    const rollbackWhen = { latencyIncrease: 100, scoreShift: 5 }
    await serve(story, { experiment: { arms, metric: 'balancedAccuracy', minimumEffect: 0.05, rollbackWhen } })
    await askAndLabel(story, 2000)
    expect(await story.release()).toMatchObject({
      analysis: { metric: 'balancedAccuracy', verdict: 'winner', winner: 1, comparisons: [{ verdict: 'worse' }] },
    })
  })
})

describe('a version of more than two classes in shadow', () => {
  const shadow = (rule: object) => ({ shadow: { model: 'trips@challenger', rule: { minimumPairs: 200, ...rule } } })

  it('is refused by macro F1 where it misses a rare class', async () => {
    const story = await begin(blind)
    await serve(story, shadow({ maximumPairs: 800 }))
    await askAndLabel(story, 300)
    await eventually(async () => ((await story.release()).state === 'refused' ? true : undefined))
    const { comparison } = await story.release()
    expect(comparison).toMatchObject({ metric: 'macroF1', verdict: 'refuse' })
    expect(comparison?.reason).toMatch(/^−0\.\d+ macro F1 \(.* on 200 pairs: the upper bound is below/)
    expect(comparison?.labelledPairCount).toBeGreaterThanOrEqual(200)
    expect(comparison!.championValue! - comparison!.challengerValue!).toBeCloseTo(-comparison!.difference!, 12)
  })

  it('is promoted by the metric that its rule names', async () => {
    const story = await begin(alike)
    await serve(story, shadow({ metric: 'accuracy', minimumDifference: -0.05 }))
    await askAndLabel(story, 400)
    await eventually(async () => ((await story.champion()) === 2 ? true : undefined))
    expect(await story.release()).toMatchObject({ state: 'promoted', comparison: { metric: 'accuracy' } })
  })
})

describe('a release by a metric that cannot be computed', () => {
  it('is refused with the rule, the reason, and what can be computed', async () => {
    const story = await begin(alike)
    const refusal = async (fields: Partial<EndpointSpecInput>) => {
      const { status, body } = await serve(story, fields)
      return [status, body.error.where, body.error.message, body.error.hint]
    }
    const model = 'trips@challenger'
    expect(await refusal({ canary: { model, promoteWhen: { nonInferior: 'logLoss' } } })).toEqual([
      400,
      'canary.promoteWhen.nonInferior',
      'The release of endpoint "trips" cannot be judged by logLoss: log loss needs the probability of every class, and of 3 classes the prediction log keeps that of one.',
      'What is logged of this model gives: accuracy, reward, macroF1, balancedAccuracy.',
    ])
    expect(await refusal({ canary: { model, rollbackWhen: { metric: { name: 'brier', worseBy: 0.1 } } } })).toEqual([
      400,
      'canary.rollbackWhen.metric.name',
      expect.stringContaining('Brier score needs'),
      expect.any(String),
    ])
    expect(await refusal({ shadow: { model, rule: { metric: 'auc' } } })).toEqual([
      400,
      'shadow.rule.metric',
      'The release of endpoint "trips" cannot be judged by auc: it needs two classes, one of them positive.',
      'What is logged of this model gives: macroF1, balancedAccuracy, accuracy.',
    ])
    expect(
      await refusal({ experiment: { arms: [{ model, share: 0.5 }], metric: 'absoluteError', minimumEffect: 1 } }),
    ).toEqual([400, 'experiment.metric', expect.stringContaining('the model predicts classes'), expect.any(String)])
  })
})
