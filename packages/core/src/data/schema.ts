import { z } from 'zod'
import { COLUMN_TYPES } from '../table/index.ts'

export const columnTypeSchema = z.enum(COLUMN_TYPES)

/** What a column may hold. A row that breaks a rule is quarantined with the rule as its reason. */
export const columnRuleSchema = z.strictObject({
  name: z.string().min(1).max(200),
  type: columnTypeSchema,
  nullable: z.boolean().default(false),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** The only values allowed. */
  oneOf: z.array(z.string()).max(10_000).optional(),
  /** A regular expression that text must match (RE2 syntax). */
  pattern: z.string().max(1000).optional(),
  description: z.string().max(2000).optional(),
})
export type ColumnRule = z.infer<typeof columnRuleSchema>

/** The schema of a table. Columns that it does not name are kept unless `strict`. */
export const tableSchemaSchema = z.strictObject({
  columns: z.array(columnRuleSchema).min(1).max(2000),
  strict: z.boolean().default(false),
})
export type TableSchema = z.infer<typeof tableSchemaSchema>
