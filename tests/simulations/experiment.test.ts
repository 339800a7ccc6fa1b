import { type ExperimentPolicy, experimentPolicySchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { isFalseAlarm, simulateExperiment } from './experiment-traffic.ts'

const policyOf = (settings: Partial<ExperimentPolicy> = {}): ExperimentPolicy => ({
  ...experimentPolicySchema.parse({ arms: [{ model: 'm@2', share: 0.5 }], metric: 'accuracy', minimumEffect: 0.02 }),
  ...settings,
})
const runs = (count: number) => Array.from({ length: count }, (_, i) => i)

// The binomial 99 % range of a 5 % rate in 1,000 runs.
const [LEAST, MOST] = [0.033, 0.069]

describe('an A/A experiment', () => {
  it.each([
    [2, 1000],
    [4, 300],
  ])('of %i arms alarms at most at its level, looked at after every batch', (count, repeats) => {
    const accuracies = [0.8, ...new Array<number>(count - 1).fill(0.8)] as const
    const settings = { policy: policyOf(), accuracies: [...accuracies] as [number, ...number[]], batch: 100, looks: 25 }
    const alarms = runs(repeats).filter((i) =>
      isFalseAlarm(simulateExperiment({ seed: `${count} arms ${i}`, ...settings })),
    )
    expect(alarms.length / repeats).toBeLessThanOrEqual(0.05)
  })

  it('alarms at its level with a fixed horizon, however often it was looked at before', () => {
    const policy = policyOf({ method: 'fixed', plannedPerArm: 2000 })
    const settings = { policy, accuracies: [0.8, 0.8] as const, batch: 200, looks: 10 }
    const alarms = runs(1000).filter((i) => isFalseAlarm(simulateExperiment({ seed: `fixed ${i}`, ...settings })))
    expect(alarms.length / 1000).toBeGreaterThan(LEAST)
    expect(alarms.length / 1000).toBeLessThan(MOST)
  })
})

describe('an experiment with a difference', () => {
  it('finds it with a fixed horizon as often as it was planned to', () => {
    // 2 · (1.96 + 0.84)² · 0.16 / 0.02²: what the calculator says of a power of 0.8.
    const policy = policyOf({ method: 'fixed', plannedPerArm: 6279 })
    const settings = { policy, accuracies: [0.79, 0.81] as const, batch: 6279, looks: 1 }
    const won = runs(500).filter((i) => simulateExperiment({ seed: `power ${i}`, ...settings }).analysis.winner === 2)
    expect(Math.abs(won.length / 500 - 0.8)).toBeLessThan(0.05)
  })

  it('finds it at least as often when sequential, and never takes the worse one for the better', () => {
    const settings = { policy: policyOf(), accuracies: [0.79, 0.81] as const, batch: 250, looks: 80 }
    const ends = runs(200).map((i) => simulateExperiment({ seed: `sequential ${i}`, ...settings }))
    expect(ends.filter(({ analysis }) => analysis.winner === 2).length / 200).toBeGreaterThan(0.75)
    expect(ends.filter(({ analysis }) => analysis.comparisons[0]?.verdict === 'worse').length).toBe(0)
  })
})
