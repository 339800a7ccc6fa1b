import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnProfile, Profile, Row } from '@regia/core'
import { type TypedColumn, tableValueSql, typedColumns } from './column-types.ts'
import { describe, readNumber, readRows } from './read-table.ts'

/** Above so many rows the number of distinct values is estimated (HyperLogLog, some percent off). */
const EXACT_DISTINCT_ROWS = 100_000
const HISTOGRAM_BINS = 30
const TOP_VALUES = 20
const QUANTILES = [0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995]

/** How the columns of a SELECT are distributed. Reads each column twice: for its figures, then for its histogram or its top values. */
export async function profileSelect(connection: DuckDBConnection, select: string): Promise<Profile> {
  const columns = typedColumns(await describe(connection, select))
  const rowCount = await readNumber(connection, `SELECT count(*) FROM (${select})`)
  const profiles: ColumnProfile[] = []
  for (const column of columns) profiles.push(await profileColumn(connection, select, column, rowCount))
  return { rowCount, columns: profiles }
}

async function profileColumn(
  connection: DuckDBConnection,
  select: string,
  column: TypedColumn,
  rowCount: number,
): Promise<ColumnProfile> {
  const isText = column.type === 'string'
  // NaN and infinities would make every mean useless; they count as absent.
  const value = isText ? 'v' : 'CASE WHEN isfinite(v) THEN v END'
  const values = `(SELECT ${value} AS x FROM (SELECT ${tableValueSql(column)} AS v FROM (${select})))`
  const distinct = rowCount > EXACT_DISTINCT_ROWS ? 'approx_count_distinct(x)' : 'count(DISTINCT x)'
  const figures = isText ? '' : `, ${NUMERIC_FIGURES}`
  const [row = {}] = await readRows(
    connection,
    `SELECT * EXCLUDE (q), ${isText ? '' : QUANTILES.map((_, i) => `q[${i + 1}] AS q${i}`).join(', ')}
     FROM (SELECT count(x) AS n, ${distinct} AS distinct_count${figures || ', NULL AS q'} FROM ${values})`,
  )
  const count = Number(row.n)
  const base = {
    name: column.name,
    type: column.type,
    count,
    nullCount: rowCount - count,
    // The estimate can exceed what is possible.
    distinctCount: Math.min(Number(row.distinct_count), count),
  }
  if (count === 0) return base
  if (isText || column.type === 'bool') {
    const topValues = await topValuesOf(connection, values, column.type === 'bool')
    return { ...base, ...(column.type === 'bool' && { mean: Number(row.mean) }), topValues }
  }
  return { ...base, ...(await numericProfile(connection, values, column, row)) }
}

const NUMERIC_FIGURES = `min(x) AS minimum, max(x) AS maximum, avg(x) AS mean, stddev_samp(x) AS deviation,
  quantile_cont(x, [${QUANTILES.join(', ')}]) AS q`

async function numericProfile(connection: DuckDBConnection, values: string, column: TypedColumn, row: Row) {
  const quantiles = QUANTILES.map((_, i) => Number(row[`q${i}`]))
  const edges = histogramEdges(quantiles[0]!, quantiles.at(-1)!, column.type !== 'float')
  return {
    minimum: Number(row.minimum),
    maximum: Number(row.maximum),
    mean: Number(row.mean),
    // One row has no spread.
    ...(row.deviation !== null && { standardDeviation: Number(row.deviation) }),
    quantiles: quantiles.slice(1, -1),
    histogram: { edges, counts: await histogramCounts(connection, values, edges) },
  }
}

/** Whole numbers with a small range get one bin each, centred, so that no bin is empty for want of a number. */
function histogramEdges(low: number, high: number, isWhole: boolean): number[] {
  if (isWhole && high - low < HISTOGRAM_BINS) {
    const first = Math.floor(low)
    return Array.from({ length: Math.ceil(high) - first + 2 }, (_, i) => first + i - 0.5)
  }
  if (low === high) return [low - 0.5, high + 0.5]
  const width = (high - low) / HISTOGRAM_BINS
  return Array.from({ length: HISTOGRAM_BINS + 1 }, (_, i) => (i === HISTOGRAM_BINS ? high : low + i * width))
}

async function histogramCounts(
  connection: DuckDBConnection,
  values: string,
  edges: readonly number[],
): Promise<number[]> {
  const low = edges[0]!
  const high = edges.at(-1)!
  const bins = edges.length - 1
  const rows = await readRows(
    connection,
    `SELECT least(${bins - 1}, CAST(floor((x - ${low}::DOUBLE) / (${high}::DOUBLE - ${low}::DOUBLE) * ${bins}) AS INTEGER)) AS bin, count(*) AS n
     FROM ${values} WHERE x BETWEEN ${low}::DOUBLE AND ${high}::DOUBLE GROUP BY 1`,
  )
  const counts = new Array<number>(bins).fill(0)
  for (const row of rows) counts[Number(row.bin)] = Number(row.n)
  return counts
}

async function topValuesOf(connection: DuckDBConnection, values: string, isBool: boolean) {
  const rows = await readRows(
    connection,
    `SELECT x, count(*) AS n FROM ${values} WHERE x IS NOT NULL GROUP BY x ORDER BY n DESC, x LIMIT ${TOP_VALUES}`,
  )
  return rows.map((row) => ({ value: isBool ? String(row.x === 1) : String(row.x), count: Number(row.n) }))
}
