import { z } from 'zod'
import { durationMs, durationSchema, nameSchema, RegiaError } from '../kernel/index.ts'

export const AGGREGATES = ['mean', 'sum', 'count', 'min', 'max'] as const
export type Aggregate = (typeof AGGREGATES)[number]

/** One history feature: an aggregate over the facts that share a key with the query and became known in the window (t − over, t]. */
export const featureSchema = z
  .strictObject({
    aggregate: z.enum(AGGREGATES),
    /** Number of a fact that is aggregated. `count` without a column counts facts, with one the facts where it is not null. */
    column: z.string().min(1).optional(),
    /** Key column of the facts. */
    by: z.string().min(1),
    /** Key column of the queries. */
    as: z.string().min(1),
    over: durationSchema,
    /** Values count to this many decimal places, so that sums are exact in whatever order the facts come. */
    decimals: z.number().int().min(0).max(9).default(6),
  })
  .refine((feature) => feature.aggregate === 'count' || feature.column !== undefined, {
    message: 'only count can do without a column',
    path: ['column'],
  })
export type Feature = z.infer<typeof featureSchema>

/**
 * One definition of features with history, for training (point in time) and serving (kept up online).
 * A fact counts from the moment of `eventTime`, which is when it *becomes known*, not when it began.
 */
export const featureViewSchema = z.strictObject({
  name: nameSchema,
  /** Dataset that holds the facts. */
  source: nameSchema,
  eventTime: z.string().min(1),
  features: z.record(z.string().min(1), featureSchema),
})
export type FeatureView = z.infer<typeof featureViewSchema>

type Unkeyed = { readonly by: (factColumn: string, options?: { readonly as?: string }) => Unwindowed }
type Unwindowed = { readonly over: (window: string, options?: { readonly decimals?: number }) => Feature }

/** The mean of a column over a sliding window; null where the window holds none. @example mean('delay').by('origin').over('3h') */
export const mean = (column: string): Unkeyed => keyed('mean', column)
/** The sum of a column over a sliding window; null where the window holds none. */
export const sum = (column: string): Unkeyed => keyed('sum', column)
/** The smallest value over a sliding window; null where the window holds none. */
export const min = (column: string): Unkeyed => keyed('min', column)
/** The largest value over a sliding window; null where the window holds none. */
export const max = (column: string): Unkeyed => keyed('max', column)
/** How many facts a sliding window holds, or how many with a value in `column`; 0 where none. */
export const count = (column?: string): Unkeyed => keyed('count', column)

function keyed(aggregate: Aggregate, column: string | undefined): Unkeyed {
  return {
    by: (by, { as = by } = {}) => ({
      over: (over, { decimals = 6 } = {}) => ({
        aggregate,
        by,
        as,
        over,
        decimals,
        ...(column !== undefined && { column }),
      }),
    }),
  }
}

/**
 * Defines history features once.
 *
 * Compile it for training with {@link pointInTimeSql} and keep it up for serving with {@link createRollingAggregate}: both give the same numbers.
 *
 * @throws RegiaError `INVALID_INPUT` naming the field that is wrong.
 * @example
 * featureView({
 *   name: 'recent-delays', source: 'flights', eventTime: 'landed_at',
 *   features: { origin_mean_delay: mean('delay').by('origin').over('3h') },
 * })
 */
export function featureView(definition: z.input<typeof featureViewSchema>): FeatureView {
  const parsed = featureViewSchema.safeParse(definition)
  if (parsed.success) return parsed.data
  throw new RegiaError('INVALID_INPUT', `The feature view "${definition.name}" is not valid.`, {
    hint: z.prettifyError(parsed.error),
    where: parsed.error.issues[0]?.path.join('.') ?? 'featureView',
  })
}

/** Features that look at the same facts by the same key: they share one sorted history. */
export type FeatureGroup = {
  readonly by: string
  readonly as: string
  readonly columns: readonly { readonly name: string; readonly decimals: number }[]
  readonly features: readonly GroupedFeature[]
}

export type GroupedFeature = {
  readonly name: string
  readonly aggregate: Aggregate
  readonly windowMs: number
  /** Index into the group's columns; absent for a plain count. */
  readonly column: number | undefined
  readonly decimals: number
}

/** Splits a view's features by their pair of keys, in order of first appearance. */
export function featureGroups(view: FeatureView): FeatureGroup[] {
  const byKeys = Map.groupBy(Object.entries(view.features), ([, { by, as }]) => JSON.stringify([by, as]))
  return [...byKeys.values()].map(groupOf)
}

function groupOf(entries: readonly (readonly [string, Feature])[]): FeatureGroup {
  const columns: { name: string; decimals: number }[] = []
  const columnIndex = ({ column, decimals }: Feature): number | undefined => {
    if (column === undefined) return undefined
    const found = columns.findIndex((known) => known.name === column && known.decimals === decimals)
    return found >= 0 ? found : columns.push({ name: column, decimals }) - 1
  }
  const features = entries.map(([name, feature]) => ({
    name,
    aggregate: feature.aggregate,
    windowMs: durationMs(feature.over),
    column: columnIndex(feature),
    decimals: feature.decimals,
  }))
  const { by, as } = entries[0]![1]
  return { by, as, columns, features }
}
