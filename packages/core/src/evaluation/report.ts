import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'

export const intervalSchema = z.object({ lower: z.number(), upper: z.number(), confidence: z.number() })

/** A number with what is needed to judge it. */
export const estimateSchema = z.object({ value: z.number(), n: z.number().int(), interval: intervalSchema.optional() })
export type Estimate = z.infer<typeof estimateSchema>

/** A check as an author wrote it: its kind and that kind's settings. */
export const checkSpecSchema = z.object({
  kind: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
})
export type CheckSpec = z.infer<typeof checkSpecSchema>

export const checkResultSchema = z.object({
  kind: z.string(),
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  /** What was got and what was expected, for a person. */
  message: z.string(),
  value: z.number().optional(),
  interval: intervalSchema.optional(),
  threshold: z.number().optional(),
  n: z.number().int().optional(),
  durationMs: z.number().optional(),
})
export type CheckResult = z.infer<typeof checkResultSchema>

/** What a decision at one threshold of a class's probability is worth. */
export const thresholdRowSchema = z.object({
  threshold: z.number(),
  precision: z.number(),
  recall: z.number(),
  falsePositiveRate: z.number(),
  /** Share of rows at or above the threshold. */
  selectedFraction: z.number(),
})
export type ThresholdRow = z.infer<typeof thresholdRowSchema>

const pointSchema = z.tuple([z.number(), z.number()])

/** Checks as an author wrote them, under one name. */
export const checkSuiteSchema = z.object({ name: nameSchema, checks: z.array(checkSpecSchema) })
export type CheckSuite = z.infer<typeof checkSuiteSchema>

/** Everything that an evaluation found: metrics with intervals, baselines, checks, curves and slices. */
export const reportSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  checks: z.array(checkResultSchema),
  metrics: z.record(z.string(), estimateSchema),
  /** The same metrics of the baselines (majority, stratified, previous …). */
  baselines: z.record(z.string(), z.record(z.string(), estimateSchema)),
  curves: z
    .object({ roc: z.array(pointSchema), precisionRecall: z.array(pointSchema), calibration: z.array(pointSchema) })
    .partial(),
  confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.number().int())) }).optional(),
  slices: z.array(z.object({ column: z.string(), value: z.string(), metric: z.string(), estimate: estimateSchema })),
  /** Of the positive class, at thresholds 0.05 to 0.95. */
  thresholds: z.array(thresholdRowSchema).optional(),
  /** The largest absolute difference between graph and training code over every row of the test table, where the training code is at hand. */
  parity: z.object({ maxError: z.number(), rowCount: z.number().int() }).optional(),
  rowCount: z.number().int(),
  createdAt: timestampSchema,
})
export type Report = z.infer<typeof reportSchema>
