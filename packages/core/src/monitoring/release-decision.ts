import { type PromotionRule, RELEASE_METRIC_INFO } from '../serving/index.ts'
import { type ConfidenceInterval, pairedDelong } from '../statistics/index.ts'
import { type ClassMetric, type ClassPairs, pairedClasses } from './class-pairs.ts'

/** Both models' scores on the same labelled rows, in the order in which the labels came. */
export type ScorePairs = {
  readonly champion: Float64Array
  readonly challenger: Float64Array
  /** 1 for positive, 0 for negative. */
  readonly labels: Uint8Array
}

export type ReleaseDecision = {
  readonly verdict: 'waiting' | 'promote' | 'refuse'
  /** Pairs that the figures speak of. */
  readonly n: number
  readonly championAuc?: number
  readonly challengerAuc?: number
  /** Of any other metric. */
  readonly championValue?: number
  readonly challengerValue?: number
  /** Challenger − champion. */
  readonly difference?: number
  readonly interval?: ConfidenceInterval
  readonly reason: string
}

/**
 * Whether a challenger takes over from the champion, by the paired difference of their AUCs.
 *
 * Promoted when the lower bound of the difference is above `minimumDifference`; refused when the upper bound is below it, or when
 * `maximumPairs` have not been enough to promote.
 *
 * The question may be asked after every label, and asking often must not make a lucky moment decide. So it is decided only on the first
 * `minimumPairs`, 2 · `minimumPairs`, 4 · … and `maximumPairs` pairs, and each of these looks spends a part of the allowed error: half of it
 * the last, a quarter the one before, and so on. Together they err at most as often as `confidence` says (union bound).
 *
 * @throws RegiaError `INVALID_INPUT` when the arrays differ in length.
 * @example decideRelease(pairs, { minimumDifference: -0.002, minimumPairs: 2000, maximumPairs: 20_000, confidence: 0.95, automatic: true })
 */
export function decideRelease(pairs: ScorePairs, rule: PromotionRule): ReleaseDecision {
  const compare = ({ size, confidence }: Asked): Compared => comparedScores(pairs, size, confidence)
  return decide({ label: 'AUC', available: pairs.labels.length, compare }, rule)
}

/**
 * The same by a metric of the classes that both answered, of any number of classes.
 *
 * @param metric - The rule's own, or `macroF1`.
 * @example decideByClasses({ champion, challenger, actual }, 'macroF1', rule).verdict
 */
export function decideByClasses(pairs: ClassPairs, metric: ClassMetric, rule: PromotionRule): ReleaseDecision {
  const compare = ({ size, confidence }: Asked): Compared => comparedClasses(pairs, metric, size, confidence)
  return decide({ label: RELEASE_METRIC_INFO[metric].label, available: pairs.actual.length, compare }, rule)
}

type Compared = Omit<ReleaseDecision, 'verdict' | 'reason'>
type Asked = { readonly size: number; readonly confidence: number }
type Comparison = {
  readonly label: string
  /** Pairs that there are. */
  readonly available: number
  /** The first pairs of them. */
  readonly compare: (asked: Asked) => Compared
}

function decide(comparison: Comparison, rule: PromotionRule): ReleaseDecision {
  const { available, compare } = comparison
  const looks = looksOf(rule)
  for (const look of looks.filter(({ size }) => size <= available)) {
    const decided = decideAt(comparison, look, rule)
    if (decided.verdict !== 'waiting') return decided
  }
  const next = looks.find(({ size }) => size > available)
  if (next) {
    const found = compare({ size: available, confidence: rule.confidence })
    const reason = `${available} labelled pairs so far; the next look is at ${next.size}.`
    return { ...found, verdict: 'waiting', reason }
  }
  return {
    ...compare(looks.at(-1)!),
    verdict: 'refuse',
    reason: 'There are not enough pairs of both classes to compare.',
  }
}

type Look = Asked & { readonly isLast: boolean }

function looksOf({ minimumPairs, maximumPairs, confidence }: PromotionRule): Look[] {
  const sizes: number[] = []
  for (let size = minimumPairs; size < maximumPairs; size *= 2) sizes.push(size)
  sizes.push(Math.max(minimumPairs, maximumPairs))
  return sizes.map((size, i) => ({
    size,
    // The first look gets what is left over, so that the parts sum to the whole.
    confidence: 1 - (1 - confidence) / 2 ** Math.min(sizes.length - i, sizes.length - 1),
    isLast: i === sizes.length - 1,
  }))
}

function decideAt({ label, compare }: Comparison, look: Look, rule: PromotionRule): ReleaseDecision {
  const found = compare(look)
  const { interval, difference } = found
  if (!interval || difference === undefined)
    return { ...found, verdict: 'waiting', reason: 'All labels so far are of one class.' }
  const figures = `${signed(difference)} ${label} (${signed(interval.lower)} to ${signed(interval.upper)}) on ${found.n} pairs`
  const margin = signed(rule.minimumDifference)
  if (interval.lower > rule.minimumDifference) {
    return { ...found, verdict: 'promote', reason: `${figures}: the lower bound is above ${margin}.` }
  }
  if (interval.upper < rule.minimumDifference) {
    return { ...found, verdict: 'refuse', reason: `${figures}: the upper bound is below ${margin}, so it is worse.` }
  }
  if (!look.isLast) return { ...found, verdict: 'waiting', reason: `${figures}: not decided yet.` }
  return {
    ...found,
    verdict: 'refuse',
    reason: `${figures}: no proof that the difference is above ${margin}, and no more pairs to wait for.`,
  }
}

function comparedScores({ champion, challenger, labels }: ScorePairs, size: number, confidence: number): Compared {
  const seen = labels.subarray(0, size)
  const n = seen.length
  if (!seen.includes(1) || !seen.includes(0)) return { n }
  const paired = pairedDelong(champion.subarray(0, size), challenger.subarray(0, size), seen, confidence)
  const { firstAuc, secondAuc, difference, interval } = paired
  return { n, championAuc: firstAuc, challengerAuc: secondAuc, difference, interval }
}

function comparedClasses(pairs: ClassPairs, metric: ClassMetric, size: number, confidence: number): Compared {
  const [actual, champion, challenger] = [pairs.actual, pairs.champion, pairs.challenger].map((each) =>
    each.slice(0, size),
  )
  if (!actual || !champion || !challenger || new Set(actual).size < 2) return { n: actual?.length ?? 0 }
  const found = pairedClasses(metric, { actual, champion, challenger }, confidence)
  const { difference, interval } = found
  return {
    n: actual.length,
    championValue: found.champion,
    challengerValue: found.challenger,
    difference,
    interval,
  }
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
