import {
  assignShare,
  chooseRoute,
  createRng,
  type ExperimentPolicy,
  experimentPolicySchema,
  planSampleSize,
  sequentialSampleRatio,
  twoProportions,
} from '@regia/core'
import { type BanditSimulation, simulateBandit } from '../../tests/simulations/bandit-traffic.ts'
import {
  AT_ITS_LIMITS,
  type Behaviour,
  everyLook,
  FAULTS,
  growingLooks,
  HEALTHY,
  simulateCanary,
} from '../../tests/simulations/canary-traffic.ts'
import { isFalseAlarm, simulateExperiment } from '../../tests/simulations/experiment-traffic.ts'
import { atMost, type Benchmark, type Claim, median } from '../claim.ts'

const RUNS = 1000
const LOOKS = 1000

/** How often the statistics of releases err, and how soon they find what is wrong: simulated, not promised. */
const releases: Benchmark = async (say) => [...canaries(say), ...experiments(say), ...bandits(say), assignment(say)]

export default releases

const runs = (count: number) => Array.from({ length: count }, (_, i) => i)
const shareOf = (count: number, happens: (run: number) => boolean) => runs(count).filter(happens).length / count

function canaries(say: (text: string) => void): Claim[] {
  say(`canaries: ${RUNS} healthy ones and ${RUNS} at their limits, ${LOOKS} looks each; then ${FAULTS.length} faults`)
  const rolledBack = (name: string, behaviour: Behaviour) =>
    shareOf(RUNS, (run) => {
      const looks = everyLook(5, LOOKS)
      const found = simulateCanary({ seed: `${name} ${run}`, behaviour, looks, controlRatio: 1, promotes: false })
      return found.verdict === 'roll-back'
    })
  const about = `looked at ${LOOKS} times`
  return [
    atMost(`a healthy canary is rolled back, ${about}`, rolledBack('healthy', HEALTHY), 'of runs', 0.05),
    atMost(`one as bad as is allowed is rolled back, ${about}`, rolledBack('limits', AT_ITS_LIMITS), 'of runs', 0.05),
    ...FAULTS.map(({ name, change, within }) => {
      const ends = runs(200).map((run) => {
        const looks = growingLooks(5, 20_000, 1.05)
        const settings = { behaviour: { ...HEALTHY, ...change }, looks, controlRatio: 9, promotes: false }
        const { verdict, requestCount } = simulateCanary({ seed: `${name} ${run}`, ...settings })
        return verdict === 'roll-back' ? requestCount : Number.POSITIVE_INFINITY
      })
      const late = [...ends].sort((a, b) => a - b)[Math.floor(0.95 * ends.length)]!
      return atMost(`rolled back, 95 of 100 (median ${median(ends)}): ${name}`, late, 'requests', within)
    }),
  ]
}

function experiments(say: (text: string) => void): Claim[] {
  say(`experiments: ${RUNS} A/A runs of each method, and their power`)
  const policy = (settings: Partial<ExperimentPolicy> = {}): ExperimentPolicy => ({
    ...experimentPolicySchema.parse({ arms: [{ model: 'm@2', share: 0.5 }], metric: 'accuracy', minimumEffect: 0.02 }),
    ...settings,
  })
  const { controlCount: planned } = planSampleSize({ kind: 'mean', standardDeviation: 0.4 }, 0.02)
  const alarms = (settings: Partial<ExperimentPolicy>, batch: number, looks: number) =>
    shareOf(RUNS, (run) => {
      const settled = { policy: policy(settings), accuracies: [0.8, 0.8] as const, batch, looks }
      return isFalseAlarm(simulateExperiment({ seed: `alarms ${run}`, ...settled }))
    })
  const won = runs(RUNS).map((run) => {
    const settings = { policy: policy(), accuracies: [0.79, 0.81] as const, batch: 100, looks: 300 }
    return simulateExperiment({ seed: `won ${run}`, ...settings })
  })
  const power = shareOf(RUNS, (run) => won[run]!.analysis.winner === 2)
  const fixed = { method: 'fixed', plannedPerArm: planned } as const
  const found = shareOf(RUNS, (run) => {
    const settings = { policy: policy(fixed), accuracies: [0.79, 0.81] as const, batch: planned, looks: 1 }
    return simulateExperiment({ seed: `found ${run}`, ...settings }).analysis.winner === 2
  })
  return [
    beside(
      atMost('A/A, sequential, looked at after every 50 labels: false alarms', alarms({}, 50, 100), 'of runs', 0.05),
      'single-look test, looked at as often',
      peeked(),
    ),
    atMost(
      'A/A, fixed horizon of 3,000: false alarms',
      alarms({ method: 'fixed', plannedPerArm: 3000 }, 3000, 1),
      'of runs',
      0.069,
    ),
    atLeast(`accuracy 0.79 → 0.81, fixed horizon of ${planned}: found`, found, 'of runs', 0.76),
    atLeast('the same, sequential: found', power, 'of runs', 0.8),
    atMost(
      'the same, sequential: labels of each arm, mean',
      mean(won.map(({ perArm }) => perArm)),
      'labels',
      planned * 1.5,
    ),
    atMost('a sound split is called broken, looked at 200 times', brokenSplits(), 'of 10,000 runs', 0.001),
  ]
}

/** What becomes of a 5 % test when one looks again and again: the reason for the sequential method. */
function peeked(): number {
  const rng = createRng('peeked')
  return shareOf(RUNS, () => {
    let [a, b] = [0, 0]
    for (let n = 50; n <= 5000; n += 50) {
      for (let i = 0; i < 50; i++) {
        a += rng.next() < 0.8 ? 1 : 0
        b += rng.next() < 0.8 ? 1 : 0
      }
      if (n >= 200 && twoProportions({ successes: a, n }, { successes: b, n }).pValue <= 0.05) return true
    }
    return false
  })
}

function brokenSplits(): number {
  const rng = createRng('splits')
  return shareOf(10_000, () => {
    let second = 0
    for (let n = 50; n <= 10_000; n += 50) {
      for (let i = 0; i < 50; i++) if (rng.next() < 0.1) second++
      if (!sequentialSampleRatio([n - second, second], [0.9, 0.1]).isSound) return true
    }
    return false
  })
}

function bandits(say: (text: string) => void): Claim[] {
  say(
    'bandits: arms of 10 %, 12 % and 15 %; 20,000 predictions, rewards up to ten updates late, a fifth of them missing',
  )
  const regret = (algorithm: BanditSimulation['algorithm']) =>
    mean(
      runs(20).map((run) => {
        const settings = { rates: () => [0.1, 0.12, 0.15], updates: 100, batch: 200, longestDelay: 10, missing: 0.2 }
        return simulateBandit({ seed: `bandit ${run}`, algorithm, ...settings }).regret.at(-1)!
      }),
    )
  const uniform = regret('uniform')
  const algorithms = ['thompson', 'ucb1', 'epsilon-greedy'] as const
  return algorithms.map((algorithm) => {
    const found = regret(algorithm)
    const claim = atMost(`rewards lost by ${algorithm}`, found, 'rewards', uniform * 0.6)
    return { ...beside(claim, 'equal shares', uniform), goal: '≤ 0.6 × equal shares' }
  })
}

function assignment(say: (text: string) => void): Claim {
  say('assignment: a million units')
  const units = runs(100_000).map((i) => `customer-${(i * 7919).toString(36)}-0a1b2c3d`)
  const routes = [{ share: 0.5 }, { share: 0.4 }, { share: 0.05 }, { share: 0.05 }]
  const rounds = runs(10).map(() => {
    const startedAt = performance.now()
    for (const unit of units) chooseRoute(routes, assignShare('delays-release-17', unit))
    return ((performance.now() - startedAt) * 1000) / units.length
  })
  return atMost('assigning a unit to one of four versions', median(rounds), 'µs', 0.5)
}

const beside = (claim: Claim, peer: string, peerValue: number): Claim => ({
  ...claim,
  peer,
  peerValue: rounded(peerValue),
  ratio: rounded(claim.value / peerValue),
})

const atLeast = (claim: string, value: number, unit: string, limit: number): Claim => ({
  claim,
  value: rounded(value),
  unit,
  peer: null,
  peerValue: null,
  ratio: null,
  goal: `≥ ${limit} ${unit}`,
  met: value >= limit,
})

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const rounded = (value: number) => Number(value.toPrecision(4))
