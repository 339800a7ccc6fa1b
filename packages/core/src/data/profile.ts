import { z } from 'zod'
import { columnTypeSchema } from './schema.ts'

export const columnProfileSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  count: z.number().int(),
  nullCount: z.number().int(),
  distinctCount: z.number().int(),
  /** Numbers; for a timestamp milliseconds since 1970. Absent for text. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  mean: z.number().optional(),
  standardDeviation: z.number().optional(),
  /** The 0.05, 0.25, 0.5, 0.75 and 0.95 quantiles. */
  quantiles: z.array(z.number()).optional(),
  /** Equal-width bins between the 0.5 % and 99.5 % quantiles; `edges` has one more entry than `counts`. */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number().int()) }).optional(),
  /** The most frequent values of text and bool, most frequent first. */
  topValues: z.array(z.object({ value: z.string(), count: z.number().int() })).optional(),
})
export type ColumnProfile = z.infer<typeof columnProfileSchema>

export const profileSchema = z.object({ rowCount: z.number().int(), columns: z.array(columnProfileSchema) })
export type Profile = z.infer<typeof profileSchema>
