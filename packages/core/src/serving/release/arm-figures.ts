import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import {
  countUpTo,
  type Moments,
  mergeMoments,
  NO_MOMENTS,
  packCounts,
  packedCountsSchema,
  unpackCounts,
  withoutValue,
  withValue,
} from '../../statistics/index.ts'
import { type MeanMetric, RELEASE_METRICS, type ReleaseMetric } from '../release-policy.ts'
import { LATENCY_BIN_COUNT, latencyBin } from './latency-bins.ts'

/** Inner edges of the 50 bins of a probability. */
export const PROBABILITY_EDGES: readonly number[] = Array.from({ length: 49 }, (_, i) => (i + 1) / 50)

/**
 * What one version did in a release, as counts that can be added up: by process, by minute, by step. Changes in place.
 *
 * Canary rules, experiments and bandits read nothing else.
 */
export type ArmFigures = {
  requestCount: number
  /** Requests that failed through no fault of the caller: errors, time-outs, refusals by a full queue. */
  errorCount: number
  /** Answers that were no numbers. Such a request may count as answered or as failed; it counts here in any case. */
  invalidCount: number
  /** Failed requests since the last that was answered, … */
  errorStreak: number
  /** … and the most that ever came one after the other. Of merged figures the largest of the parts. */
  longestErrorStreak: number
  /** Predictions whose label or reward is still awaited. */
  pendingCount: number
  /** Requests by latency, on the bins of {@link latencyBin}. */
  readonly latency: Float64Array
  /** Inner edges of the scores' bins, ascending; bin i holds [edge i − 1, edge i). */
  readonly scoreEdges: readonly number[]
  /** Predictions by score, shape (edges + 1,). */
  readonly scores: Float64Array
  scoreMoments: Moments
  /** By metric: its values over labelled predictions; of one that comes from all of them together, what each adds to it. */
  readonly metrics: Record<ReleaseMetric, Moments>
}

/**
 * Figures of a version that has done nothing yet.
 *
 * @param scoreEdges - Inner edges of the score bins: leave out for probabilities; for a regression take quantiles of the reference's scores.
 */
export const emptyArmFigures = (scoreEdges: readonly number[] = PROBABILITY_EDGES): ArmFigures => ({
  requestCount: 0,
  errorCount: 0,
  invalidCount: 0,
  errorStreak: 0,
  longestErrorStreak: 0,
  pendingCount: 0,
  latency: new Float64Array(LATENCY_BIN_COUNT),
  scoreEdges,
  scores: new Float64Array(scoreEdges.length + 1),
  scoreMoments: NO_MOMENTS,
  metrics: byMetric(() => NO_MOMENTS),
})

/** Counts a request that was answered or failed. Without a latency (a request that was dropped) only the outcome counts. */
export function addRequest(
  figures: ArmFigures,
  request: { readonly isError: boolean; readonly latencyMs?: number },
): void {
  figures.requestCount++
  if (request.latencyMs !== undefined) figures.latency[latencyBin(request.latencyMs)]!++
  if (!request.isError) {
    figures.errorStreak = 0
    return
  }
  figures.errorCount++
  figures.errorStreak++
  if (figures.errorStreak > figures.longestErrorStreak) figures.longestErrorStreak = figures.errorStreak
}

/** Counts the score of a prediction; NaN and infinities count as invalid answers. */
export function addScore(figures: ArmFigures, score: number): void {
  if (!Number.isFinite(score)) {
    figures.invalidCount++
    return
  }
  figures.scores[countUpTo(figures.scoreEdges, score)]!++
  figures.scoreMoments = withValue(figures.scoreMoments, score)
}

/** Counts a labelled prediction under a metric: 1 or 0 for accuracy, its loss, error or reward. NaN is left out. */
export function addMetric(figures: ArmFigures, metric: MeanMetric, value: number): void {
  if (!Number.isNaN(value)) figures.metrics[metric] = withValue(figures.metrics[metric], value)
}

/** Takes back what {@link addMetric} counted, for a label that is corrected. */
export function takeBackMetric(figures: ArmFigures, metric: MeanMetric, value: number): void {
  if (!Number.isNaN(value)) figures.metrics[metric] = withoutValue(figures.metrics[metric], value)
}

/**
 * Adds figures of the same version.
 *
 * @throws RegiaError `CONFLICT` when the scores are on different edges.
 */
export function addArmFigures(into: ArmFigures, other: ArmFigures): void {
  if (!sameEdges(into.scoreEdges, other.scoreEdges)) {
    throw new RegiaError('CONFLICT', 'Figures whose scores are on different edges cannot be added.', {
      hint: 'Count all versions of a release on the edges of its stable version.',
    })
  }
  into.requestCount += other.requestCount
  into.errorCount += other.errorCount
  into.invalidCount += other.invalidCount
  into.pendingCount += other.pendingCount
  into.errorStreak = Math.max(into.errorStreak, other.errorStreak)
  into.longestErrorStreak = Math.max(into.longestErrorStreak, other.longestErrorStreak)
  addCounts(into.latency, other.latency)
  addCounts(into.scores, other.scores)
  into.scoreMoments = mergeMoments(into.scoreMoments, other.scoreMoments)
  for (const metric of RELEASE_METRICS) {
    into.metrics[metric] = mergeMoments(into.metrics[metric], other.metrics[metric])
  }
}

/** Figures of all parts together; none of them changes. */
export function mergedArmFigures(parts: readonly ArmFigures[]): ArmFigures {
  const merged = emptyArmFigures(parts[0]?.scoreEdges)
  for (const part of parts) addArmFigures(merged, part)
  return merged
}

const momentsSchema = z.object({ n: z.number(), mean: z.number(), squaredDeviations: z.number() })

export const armFiguresSchema = z.object({
  requestCount: z.number(),
  errorCount: z.number(),
  invalidCount: z.number(),
  errorStreak: z.number(),
  longestErrorStreak: z.number(),
  pendingCount: z.number(),
  latency: packedCountsSchema,
  /** Absent for probabilities. */
  scoreEdges: z.array(z.number()).optional(),
  scores: packedCountsSchema,
  scoreMoments: momentsSchema,
  metrics: z.partialRecord(z.enum(RELEASE_METRICS), momentsSchema),
})
export type ArmFiguresJson = z.infer<typeof armFiguresSchema>

/** The figures as they are stored. */
export function armFiguresToJson(figures: ArmFigures): ArmFiguresJson {
  const { latency, scoreEdges, scores, metrics, ...counts } = figures
  const kept = RELEASE_METRICS.filter((metric) => metrics[metric].n > 0).map((metric) => [metric, metrics[metric]])
  return {
    ...counts,
    latency: packCounts(latency),
    ...(!sameEdges(scoreEdges, PROBABILITY_EDGES) && { scoreEdges: [...scoreEdges] }),
    scores: packCounts(scores),
    metrics: Object.fromEntries(kept),
  }
}

/** What {@link armFiguresToJson} wrote. */
export function armFiguresFromJson({ latency, scoreEdges, scores, metrics, ...counts }: ArmFiguresJson): ArmFigures {
  return {
    ...counts,
    latency: unpackCounts(latency),
    scoreEdges: scoreEdges ?? PROBABILITY_EDGES,
    scores: unpackCounts(scores),
    metrics: byMetric((metric) => metrics[metric] ?? NO_MOMENTS),
  }
}

function byMetric(value: (metric: ReleaseMetric) => Moments): Record<ReleaseMetric, Moments> {
  return {
    accuracy: value('accuracy'),
    brier: value('brier'),
    logLoss: value('logLoss'),
    absoluteError: value('absoluteError'),
    squaredError: value('squaredError'),
    reward: value('reward'),
    macroF1: value('macroF1'),
    balancedAccuracy: value('balancedAccuracy'),
  }
}

const sameEdges = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((edge, i) => edge === b[i]))

function addCounts(into: Float64Array, other: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += other[i]!
}
