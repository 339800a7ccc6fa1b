import { describe, expect, it } from 'vitest'
import { momentsOfShare } from '../../statistics/index.ts'
import { experimentPolicySchema } from '../release-policy.ts'
import { emptyArmFigures } from './arm-figures.ts'
import { analyseExperiment, type ExperimentArm, experimentAnalysisSchema } from './experiment.ts'

const arms = [{ model: 'simulated@2', share: 0.5 }]
const policyOf = (settings: object = {}) =>
  experimentPolicySchema.parse({ arms, metric: 'accuracy', minimumEffect: 0.02, ...settings })

/** An arm of `n` labelled requests, of which a share was right. */
function arm(version: number, n: number, right: number, settings: Partial<ExperimentArm> = {}): ExperimentArm {
  const empty = emptyArmFigures()
  const metrics = { ...empty.metrics, accuracy: momentsOfShare(Math.round(right * n), n) }
  return { version, share: 0.5, figures: { ...empty, requestCount: n, metrics }, ...settings }
}

function analysed(policy: ReturnType<typeof policyOf>, ...[first, ...others]: [ExperimentArm, ...ExperimentArm[]]) {
  const analysis = analyseExperiment({ policy, arms: [first, ...others] })
  expect(experimentAnalysisSchema.parse(JSON.parse(JSON.stringify(analysis)))).toEqual(analysis)
  return analysis
}

describe('a sequential experiment', () => {
  it('runs until something is proven, and says how long that may take', () => {
    const analysis = analysed(policyOf(), arm(1, 500, 0.8), arm(2, 500, 0.81))
    expect(analysis).toMatchObject({ verdict: 'running', control: { version: 1, n: 500 } })
    expect(analysis.comparisons[0]).toMatchObject({ verdict: 'undecided', difference: expect.closeTo(0.01), pValue: 1 })
    expect(analysis.comparisons[0]!.needed).toBeGreaterThan(9000)
  })

  it('ends early when a version is better, or worse', () => {
    expect(analysed(policyOf(), arm(1, 2000, 0.8), arm(2, 2000, 0.86))).toMatchObject({ verdict: 'winner', winner: 2 })
    const worse = analysed(policyOf(), arm(1, 2000, 0.8), arm(2, 2000, 0.74))
    expect(worse).toMatchObject({ verdict: 'winner', winner: 1 })
    expect(worse.comparisons[0]!.verdict).toBe('worse')
  })

  it('ends without a difference when none that is worth finding is left', () => {
    const analysis = analysed(policyOf(), arm(1, 30_000, 0.8), arm(2, 30_000, 0.801))
    expect(analysis).toMatchObject({ verdict: 'no-difference', winner: 1 })
    expect(analysis.reason).toContain('+0.001 accuracy')
  })

  it('does not take back what was proven', () => {
    const policy = policyOf()
    const previous = analysed(policy, arm(1, 2000, 0.8), arm(2, 2000, 0.86))
    const later = analyseExperiment({ policy, arms: [arm(1, 2500, 0.8), arm(2, 2500, 0.81)], previous })
    expect(later.comparisons[0]).toMatchObject({ isSignificant: true, pValue: previous.comparisons[0]!.pValue })
  })

  it('names the best of several, and asks for more proof of each', () => {
    const three = [arm(1, 2000, 0.8), arm(2, 2000, 0.86), arm(3, 2000, 0.88)] as const
    const analysis = analysed(policyOf(), ...three)
    expect(analysis).toMatchObject({ verdict: 'winner', winner: 3 })
    const alone = analysed(policyOf(), three[0], three[1])
    expect(analysis.comparisons[0]!.pValue).toBeGreaterThanOrEqual(alone.comparisons[0]!.pValue!)
    const [wide, narrow] = [analysis, alone].map(({ comparisons }) => comparisons[0]!.interval!)
    expect(wide!.upper - wide!.lower).toBeGreaterThan(narrow!.upper - narrow!.lower)
  })
})

describe('a fixed experiment', () => {
  const fixed = policyOf({ method: 'fixed', plannedPerArm: 3000 })

  it('hides everything until each arm has its size, then answers', () => {
    const early = analysed(fixed, arm(1, 3000, 0.8), arm(2, 2999, 0.9))
    expect(early.verdict).toBe('running')
    expect(early.comparisons[0]).not.toHaveProperty('pValue')
    expect(early.comparisons[0]).not.toHaveProperty('interval')
    expect(early.comparisons[0]!.isSignificant).toBe(false)
    expect(early.reason).toBe('Not looked at before its size: version 2: 2999 of 3000 labels.')
    expect(analysed(fixed, arm(1, 3000, 0.8), arm(2, 3000, 0.83))).toMatchObject({ verdict: 'winner', winner: 2 })
    expect(analysed(fixed, arm(1, 3000, 0.8), arm(2, 3000, 0.805))).toMatchObject({ verdict: 'no-difference' })
  })

  it('plans its own size from the spread of the control', () => {
    const analysis = analysed(policyOf({ method: 'fixed' }), arm(1, 1000, 0.8), arm(2, 1000, 0.8))
    // 2 · (1.96 + 0.84)² · 0.8 · 0.2 / 0.02²
    expect(analysis.comparisons[0]!.needed).toBeCloseTo(6279, -1)
  })
})

describe('what guards an experiment', () => {
  it('is the sample ratio: without it no figure counts', () => {
    const lost = { assignedCount: 8000 }
    const analysis = analysed(policyOf(), arm(1, 9000, 0.8, { assignedCount: 9000 }), arm(2, 8000, 0.9, lost))
    expect(analysis).toMatchObject({ verdict: 'unsound', sampleRatio: { isSound: false, observed: [9000, 8000] } })
    expect(analysis.winner).toBeUndefined()
  })

  it('is silent about requests where units are sticky, until somebody counts units', () => {
    const policy = policyOf({ sticky: 'customer' })
    expect(analysed(policy, arm(1, 9000, 0.8), arm(2, 8000, 0.8)).sampleRatio).toMatchObject({
      isSound: true,
      observed: [],
    })
    const [first, second] = [{ assignedCount: 5000 }, { assignedCount: 4000 }]
    expect(analysed(policy, arm(1, 9000, 0.8, first), arm(2, 8000, 0.8, second)).verdict).toBe('unsound')
  })

  it('are the rollback rules: an arm that breaks one cannot win', () => {
    const good = arm(2, 2000, 0.86)
    const broken = { ...good, figures: { ...good.figures, errorCount: 400 } }
    const analysis = analysed(policyOf(), arm(1, 2000, 0.8), broken)
    expect(analysis.comparisons[0]!.verdict).toBe('stopped')
    expect(analysis).toMatchObject({ verdict: 'winner', winner: 1 })
  })

  it('is the direction of the metric: lower losses win', () => {
    const policy = policyOf({ metric: 'logLoss' })
    const loss = (version: number, mean: number): ExperimentArm => {
      const empty = emptyArmFigures()
      const metrics = { ...empty.metrics, logLoss: { n: 4000, mean, squaredDeviations: 4000 * 0.1 } }
      return { version, share: 0.5, figures: { ...empty, requestCount: 4000, metrics } }
    }
    expect(analysed(policy, loss(1, 0.5), loss(2, 0.44))).toMatchObject({ verdict: 'winner', winner: 2 })
    expect(analysed(policy, loss(1, 0.44), loss(2, 0.5))).toMatchObject({ verdict: 'winner', winner: 1 })
  })
})
