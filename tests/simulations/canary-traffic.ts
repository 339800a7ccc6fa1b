import {
  type ArmFigures,
  addMetric,
  addRequest,
  addScore,
  type CanaryPolicy,
  canaryPolicySchema,
  createRng,
  emptyArmFigures,
  judgeCanary,
  type Rng,
} from '@regia/core'

/** How a version behaves: what is drawn for each of its requests. */
export type Behaviour = {
  readonly errorRate: number
  readonly medianMs: number
  /** Of the logarithm of the latency. */
  readonly spread: number
  /** Scores are e^x / (1 + e^x) of a normal x with this mean. */
  readonly scoreMean: number
  readonly invalidRate: number
  readonly accuracy: number
}

export const HEALTHY: Behaviour = {
  errorRate: 0.005,
  medianMs: 4,
  spread: 0.6,
  scoreMean: -1,
  invalidRate: 0,
  accuracy: 0.8,
}

/** As bad as the rules allow, in all that they allow: errors +1 point to 1.5 %, latencies half as long again (p99 24.2 ms), accuracy −3 points. */
export const AT_ITS_LIMITS: Behaviour = {
  ...HEALTHY,
  errorRate: HEALTHY.errorRate + 0.01,
  medianMs: HEALTHY.medianMs * 1.5,
  accuracy: HEALTHY.accuracy - 0.03,
}

export type Fault = {
  readonly name: string
  readonly change: Partial<Behaviour>
  /** Requests of the canary within which 95 of 100 are rolled back. */
  readonly within: number
}

/** What a canary is there to find. */
export const FAULTS: readonly Fault[] = [
  { name: 'every request fails', change: { errorRate: 1 }, within: 5 },
  { name: 'latencies twice as long', change: { medianMs: HEALTHY.medianMs * 2 }, within: 200 },
  { name: 'scores shifted by a standard deviation', change: { scoreMean: 0 }, within: 250 },
  { name: 'one answer in 100 is NaN', change: { invalidRate: 0.01 }, within: 400 },
  { name: 'errors +5 points', change: { errorRate: HEALTHY.errorRate + 0.05 }, within: 1000 },
  { name: 'p99 of 65 ms, limit 24 ms', change: { spread: 1.2 }, within: 600 },
  { name: 'accuracy −6 points, margin 3', change: { accuracy: HEALTHY.accuracy - 0.06 }, within: 6000 },
]

/** The rules that the simulations judge by: the defaults, and each that has none. */
export const CANARY_POLICY: CanaryPolicy = canaryPolicySchema.parse({
  model: 'simulated@challenger',
  promoteWhen: { nonInferior: 'accuracy', margin: 0.03 },
  rollbackWhen: { errorRate: 0.015, p99Ms: 24.2 },
})

export function serve(figures: ArmFigures, behaviour: Behaviour, requests: number, rng: Rng): void {
  for (let i = 0; i < requests; i++) {
    const isError = rng.next() < behaviour.errorRate
    addRequest(figures, { isError, latencyMs: behaviour.medianMs * Math.exp(behaviour.spread * rng.normal()) })
    if (isError) continue
    const isInvalid = behaviour.invalidRate > 0 && rng.next() < behaviour.invalidRate
    addScore(figures, isInvalid ? Number.NaN : 1 / (1 + Math.exp(-behaviour.scoreMean - rng.normal())))
    addMetric(figures, 'accuracy', rng.next() < behaviour.accuracy ? 1 : 0)
  }
}

export type CanaryRun = {
  readonly verdict: 'roll-back' | 'promote' | 'undecided'
  /** Requests of the canary when it was decided. */
  readonly requestCount: number
  readonly rules: readonly string[]
}

export type CanarySimulation = {
  readonly seed: string
  readonly behaviour: Behaviour
  /** Requests of the canary at each look. */
  readonly looks: readonly number[]
  /** Requests of the stable version for one of the canary. */
  readonly controlRatio: number
  /** Whether the run ends with a promotion; a healthy canary that is only watched for false alarms goes on. */
  readonly promotes: boolean
}

/** One canary beside a healthy stable version, judged at every look. */
export function simulateCanary({ seed, behaviour, looks, controlRatio, promotes }: CanarySimulation): CanaryRun {
  const rng = createRng(seed)
  const [control, canary] = [emptyArmFigures(), emptyArmFigures()]
  for (const look of looks) {
    const requests = look - canary.requestCount
    serve(canary, behaviour, requests, rng)
    serve(control, HEALTHY, Math.round(requests * controlRatio), rng)
    const step = { isLast: true, heldMs: 1, holdMs: 0, requestCount: look }
    const { verdict, rules } = judgeCanary({ policy: CANARY_POLICY, control, canary, step })
    const failed = rules.filter(({ state }) => state === 'fails').map(({ rule }) => rule)
    if (verdict === 'roll-back') return { verdict, requestCount: look, rules: failed }
    if (verdict === 'promote' && promotes) return { verdict, requestCount: look, rules: [] }
  }
  return { verdict: 'undecided', requestCount: looks.at(-1) ?? 0, rules: [] }
}

/** Looks after every `step` requests. */
export const everyLook = (step: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i + 1) * step)

/** Looks that lie ever further apart: few, and yet hardly less able to catch a false alarm than looking all the time. */
export function growingLooks(first: number, last: number, factor = 1.1): number[] {
  const looks: number[] = []
  for (let at = first; at < last; at *= factor) looks.push(Math.round(at))
  return [...new Set([...looks, last])]
}
