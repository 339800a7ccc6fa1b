import { z } from 'zod'
import { estimateSchema } from '../evaluation/index.ts'
import { durationSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { endpointReferenceSchema } from '../serving/index.ts'

/** A value of a triggered run's parameter: a constant, or a time relative to the event time of the alert, such as the day 10 days before it. */
export const triggerParamSchema = z.union([
  z.strictObject({ alertTime: z.strictObject({ minus: durationSchema, as: z.enum(['date', 'timestamp']) }) }),
  z.json(),
])
export type TriggerParam = z.infer<typeof triggerParamSchema>

export const monitorActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('retrain'),
    pipeline: nameSchema,
    /** In event time: no second retraining within it. */
    cooldown: durationSchema,
    params: z.record(z.string(), triggerParamSchema).default({}),
  }),
])
export type MonitorAction = z.infer<typeof monitorActionSchema>

export const monitorSpecSchema = z.strictObject({
  name: nameSchema,
  endpoint: nameSchema,
  /** Length of a window of event time. */
  window: durationSchema.default('1d'),
  drift: z
    .strictObject({
      /** Columns to watch; all inputs of the model where absent. */
      columns: z.array(z.string()).optional(),
      /** How often a whole report may be wrong when nothing changed. */
      falseAlarmRate: z.number().min(1e-6).max(0.5).default(0.05),
      /** Smaller shifts do not count, however certain. Share of rows that moved to other bins (total variation). */
      minimumEffect: z.number().min(0).max(1).default(0.1),
      minimumRows: z.number().int().min(20).default(200),
    })
    .prefault({}),
  performance: z
    .strictObject({
      metric: z.enum(['auc', 'accuracy']).default('auc'),
      minimum: z.number(),
      labelDelay: durationSchema.default('1h'),
      minimumLabels: z.number().int().min(20).default(200),
    })
    .optional(),
  /**
   * What windows are compared with where the model came without reference rows: nothing (`training`, as where absent), or the first window with enough predictions
   * of each version (`window`).
   */
  reference: z.enum(['training', 'window']).optional(),
  /** So many windows in a row must fail before an alert. */
  consecutiveWindows: z.number().int().min(1).max(100).default(3),
  actions: z.array(monitorActionSchema).default([]),
})
export type MonitorSpec = z.infer<typeof monitorSpecSchema>

export const columnDriftSchema = z.object({
  column: z.string(),
  /** `prediction` for the score, else an input. */
  role: z.enum(['input', 'prediction']),
  test: z.string(),
  statistic: z.number(),
  pValue: z.number(),
  /** Corrected for the number of columns. */
  adjustedPValue: z.number(),
  /** Share of rows that moved to other bins (total variation), 0 to 1, less what sampling noise alone would move. */
  effect: z.number(),
  /** The effect from which the column counts as drifted. */
  minimumEffect: z.number(),
  psi: z.number().optional(),
  n: z.number().int(),
  nullFraction: z.number(),
  unseenFraction: z.number(),
  isDrifted: z.boolean(),
})
export type ColumnDrift = z.infer<typeof columnDriftSchema>

export const windowResultSchema = z.object({
  monitor: nameSchema,
  endpoint: nameSchema,
  version: z.number().int(),
  from: timestampSchema,
  until: timestampSchema,
  predictionCount: z.number().int(),
  status: z.enum(['well', 'attention', 'too-few-rows']),
  drift: z.array(columnDriftSchema),
  performance: z
    .object({
      metric: z.string(),
      estimate: estimateSchema.optional(),
      minimum: z.number(),
      labelCount: z.number().int(),
      labelCoverage: z.number(),
      isBelow: z.boolean(),
      isFinal: z.boolean(),
    })
    .optional(),
  evaluatedAt: timestampSchema,
})
export type WindowResult = z.infer<typeof windowResultSchema>

export const causeSchema = z.object({
  column: z.string(),
  effect: z.number(),
  importance: z.number(),
  text: z.string(),
})

export const alertSchema = z.object({
  id: idSchema('alert'),
  monitor: nameSchema,
  endpoint: nameSchema,
  version: z.number().int(),
  kind: z.enum(['drift', 'performance']),
  status: z.enum(['open', 'acknowledged', 'closed']),
  title: z.string(),
  /** Column that drifted, or the metric that fell. */
  column: z.string().optional(),
  metric: z.string().optional(),
  value: z.number(),
  threshold: z.number(),
  /** The window that opened it. */
  window: z.object({ from: timestampSchema, until: timestampSchema }),
  /** Columns that moved most, most important first. */
  causes: z.array(causeSchema),
  actions: z.array(
    z.object({
      kind: z.literal('retrain'),
      pipeline: nameSchema,
      runId: idSchema('run').optional(),
      skippedBecause: z.string().optional(),
    }),
  ),
  openedAt: timestampSchema,
  closedAt: timestampSchema.optional(),
})
export type Alert = z.infer<typeof alertSchema>

export const monitorSchema = z.object({
  spec: monitorSpecSchema,
  lastWindow: windowResultSchema.optional(),
  windowCount: z.number().int(),
  openAlertCount: z.number().int(),
  /** What windows of the version that serves are compared with. Absent while the endpoint serves nothing. */
  reference: endpointReferenceSchema.optional(),
  /** Event time up to which it has looked. */
  evaluatedUntil: timestampSchema.optional(),
  createdAt: timestampSchema,
})
export type Monitor = z.infer<typeof monitorSchema>

/** A column's reference and window side by side, for a picture. Fractions per bin sum to 1. */
export const distributionSchema = z.object({
  column: z.string(),
  kind: z.enum(['numeric', 'categorical']),
  /** Numeric: inner edges, one fewer than the bins. Categorical: one label a bin. */
  edges: z.array(z.number()).optional(),
  labels: z.array(z.string()).optional(),
  reference: z.array(z.number()),
  current: z.array(z.number()),
  drift: columnDriftSchema.optional(),
})
export type Distribution = z.infer<typeof distributionSchema>
