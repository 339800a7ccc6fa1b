import { type FeatureGroup, type FeatureView, featureGroups, type GroupedFeature } from './feature-view.ts'

export type PointInTimeSources = {
  /** The facts, as trusted SQL: a quoted table name ({@link quoteIdentifier}) or a query in parentheses. */
  readonly facts: string
  /** The rows that want features, likewise. */
  readonly queries: string
  /** Timestamp column of the queries: the moment at which each is asked. */
  readonly at: string
}

/** A name as an SQL identifier, safe whatever it contains. @example quoteIdentifier('a"b') // '"a""b"' */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as an SQL literal, safe whatever it contains. */
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`

const ROW = quoteIdentifier('regia row')

/**
 * Compiles a feature view to one DuckDB query that gives every query row its features as they were known at its moment.
 *
 * The result has the columns of `queries`, then the features in the order of the view, one row per query row in the same order.
 * Facts and queries of a group are sorted once together, by key and time; each feature is then a RANGE frame of that order. On 3 million facts
 * and 3 million queries two features take about 10 s with two threads and 1 GB, where a range join takes minutes.
 * Wants DuckDB's `preserve_insertion_order` (its default).
 *
 * @param view - See {@link featureView}.
 * @returns SQL text without a final semicolon.
 * @example pointInTimeSql(view, { facts: '"flights"', queries: '(SELECT * FROM flights WHERE day < 80)', at: 'departed_at' })
 */
export function pointInTimeSql(view: FeatureView, sources: PointInTimeSources): string {
  const groups = featureGroups(view)
  const names = Object.keys(view.features).map((name) => `, ${quoteIdentifier(name)}`)
  return [
    `WITH asked AS MATERIALIZED (SELECT row_number() OVER () AS ${ROW}, * FROM ${sources.queries})`,
    ...groups.map((group, i) => `, known${i} AS (${groupSql(view, group, sources)})`),
    `SELECT asked.* EXCLUDE (${ROW})${names.join('')} FROM asked`,
    ...groups.map((_, i) => `JOIN known${i} USING (${ROW})`),
    `ORDER BY ${ROW}`,
  ].join('\n')
}

function groupSql(view: FeatureView, group: FeatureGroup, { facts, at }: PointInTimeSources): string {
  const time = `epoch_ms(${quoteIdentifier(view.eventTime)}::TIMESTAMP)`
  const factKey = quoteIdentifier(group.by)
  const values = group.columns.map(({ name, decimals }, i) => `, ${scaledSql(name, decimals)} AS v${i}`)
  const noValues = group.columns.map(() => ', NULL')
  const windows = [...new Set(group.features.map((feature) => feature.windowMs))]
  return [
    `SELECT ${ROW}${group.features.map((feature) => `, ${featureSql(feature)} AS ${quoteIdentifier(feature.name)}`).join('')}`,
    `FROM (`,
    `SELECT NULL AS ${ROW}, 1 AS fact, ${factKey}::VARCHAR AS k, ${time} AS t${values.join('')}`,
    `FROM ${facts} WHERE ${factKey} IS NOT NULL AND ${quoteIdentifier(view.eventTime)} IS NOT NULL`,
    `UNION ALL`,
    `SELECT ${ROW}, NULL, ${quoteIdentifier(group.as)}::VARCHAR, epoch_ms(${quoteIdentifier(at)}::TIMESTAMP)${noValues.join('')} FROM asked`,
    `)`,
    `WINDOW ${windows.map(windowSql).join(', ')}`,
    `QUALIFY ${ROW} IS NOT NULL`,
  ].join('\n')
}

// Times are whole milliseconds, so (t − over, t] is the closed range [t − over + 1, t].
const windowSql = (windowMs: number): string =>
  `w${windowMs} AS (PARTITION BY k ORDER BY t RANGE BETWEEN ${windowMs - 1} PRECEDING AND CURRENT ROW)`

// Scaled values are whole numbers kept as doubles, so that their sums are exact; `avg` costs half of a sum and a count.
function featureSql({ aggregate, column, windowMs, decimals }: GroupedFeature): string {
  const value = column === undefined ? 'fact' : `v${column}`
  const over = `OVER w${windowMs}`
  if (aggregate === 'count') return `count(${value}) ${over}`
  return `${aggregate === 'mean' ? 'avg' : aggregate}(${value}) ${over} / ${10 ** decimals}::DOUBLE`
}

// The same rounding as `scaled` in rolling-aggregate.ts: half up, on the product as a double.
function scaledSql(name: string, decimals: number): string {
  const value = `${quoteIdentifier(name)}::DOUBLE`
  return `CASE WHEN isfinite(${value}) THEN floor(${value} * ${10 ** decimals}::DOUBLE + 0.5) END`
}
