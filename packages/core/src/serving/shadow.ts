import { z } from 'zod'
import { intervalSchema } from '../evaluation/index.ts'
import { timestampSchema } from '../kernel/index.ts'
import { modelRefSchema } from './model-ref.ts'
import { rowSchema } from './prediction.ts'

/** What a version in shadow and the champion are compared by: `auc` needs two classes, the others take any number of them. */
export const SHADOW_METRICS = ['auc', 'accuracy', 'macroF1', 'balancedAccuracy'] as const
export type ShadowMetric = (typeof SHADOW_METRICS)[number]

/** When a version in shadow takes over: the lower bound of (its metric − the champion's) on the same labelled rows must be above `minimumDifference`. */
export const promotionRuleSchema = z.strictObject({
  /** Absent: `auc` of two classes, `macroF1` of more. */
  metric: z.enum(SHADOW_METRICS).optional(),
  minimumDifference: z.number().default(-0.002),
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  /** No decision before so many labelled pairs. */
  minimumPairs: z.number().int().min(50).default(2000),
  /** Refused when this many pairs have not been enough to pass. */
  maximumPairs: z.number().int().default(20_000),
  /** Promote by itself, or only recommend and wait for a person. */
  automatic: z.boolean().default(true),
})
export type PromotionRule = z.infer<typeof promotionRuleSchema>

/** A version that is asked what the stable one was asked, and never answered from. */
export const shadowPolicySchema = z.strictObject({ model: modelRefSchema, rule: promotionRuleSchema.prefault({}) })
export type ShadowPolicy = z.infer<typeof shadowPolicySchema>

/** Champion and shadow on the same predictions. */
export const shadowComparisonSchema = z.object({
  championVersion: z.number().int(),
  challengerVersion: z.number().int(),
  startedAt: timestampSchema,
  /** Predictions that both answered. */
  pairCount: z.number().int(),
  /** Of these, labelled and after the days that either was trained on. */
  labelledPairCount: z.number().int(),
  /** Share of pairs with the same predicted class. */
  agreement: z.number().optional(),
  meanAbsoluteDifference: z.number().optional(),
  /** What they are compared by; absent where nothing compares them. */
  metric: z.enum(SHADOW_METRICS).optional(),
  /** Their values of any metric but AUC, which has names of its own. */
  championValue: z.number().optional(),
  challengerValue: z.number().optional(),
  championAuc: z.number().optional(),
  challengerAuc: z.number().optional(),
  difference: z.number().optional(),
  interval: intervalSchema.optional(),
  rule: promotionRuleSchema,
  verdict: z.enum(['waiting', 'promote', 'refuse']),
  reason: z.string(),
})
export type ShadowComparison = z.infer<typeof shadowComparisonSchema>

/** A request that champion and challenger answer differently. */
export const shadowDifferenceSchema = z.object({
  predictionId: z.string(),
  at: timestampSchema,
  row: rowSchema,
  championScore: z.number(),
  challengerScore: z.number(),
  isSameClass: z.boolean(),
  /** What really happened, once known. */
  actual: z.string().optional(),
})
export type ShadowDifference = z.infer<typeof shadowDifferenceSchema>
