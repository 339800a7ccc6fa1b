import { encodeNumber, type LoggedNumber, type MetricCurve, type MetricHistory } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import type { Reader } from '../../database/reader.ts'
import { metricNumber } from '../run-record.ts'

type Query = Parameters<MetricHistory['chart']>[0]

/** How far a curve reaches, in the part that was asked for. */
type Extent = {
  readonly run: string
  readonly key: string
  readonly run_seq: number
  readonly key_id: number
  readonly first_ms: number
  /** Of the whole curve. */
  readonly total: number
  readonly count: number
  readonly least: number | null
  readonly greatest: number | null
}
type PointRow = { readonly x: number; readonly value: number; readonly is_nan: number }
type BucketRow = {
  readonly x: number
  readonly mean: number | null
  readonly least: number | null
  readonly greatest: number | null
}

const DEFAULT_POINTS = 1_000
/** Curves that are read at once: others come in between. */
const CHUNK = 100

/** Curves in the order of their runs, then keys; those without a point are left out. */
export async function readCurves(reader: Reader, query: Query): Promise<readonly MetricCurve[]> {
  const extents = await readExtents(reader, query)
  const curves: MetricCurve[] = []
  for (let from = 0; from < extents.length; from += CHUNK) {
    const some = extents.slice(from, from + CHUNK)
    const rows = await reader.readAll<PointRow | BucketRow>(some.map((extent) => curveQuery(reader, extent, query)))
    curves.push(...some.map((extent, i) => curveOf(extent, rows[i] ?? [], query)))
  }
  return curves
}

async function readExtents(reader: Reader, { runs, keys, x = 'step', from, until }: Query): Promise<readonly Extent[]> {
  const of = (extent: string) => xOf(x, sql.ref(`${extent}.first_ms`))
  const inRange = within(of('c'), from, until)
  const queries = [...new Set(runs)].flatMap((run) =>
    [...new Set(keys)].map(
      (key) => sql<Extent>`
        select ${run} as run, ${key} as key, c.run_seq, c.key_id, c.first_ms, count(*) as total,
          count(*) filter (where ${inRange}) as count, min(${of('c')}) filter (where ${inRange}) as least,
          max(${of('c')}) filter (where ${inRange}) as greatest
        from (select run_seq, key_id, at_ms as first_ms from metric_point
          where run_seq = (select seq from tracked_run where id = ${run})
            and key_id = (select id from tracking_key where name = ${key}) order by at_ms limit 1) c
        cross join metric_point p on p.run_seq = c.run_seq and p.key_id = c.key_id
        where ${reader.guard(sql.ref('p.step'))} group by c.run_seq`,
    ),
  )
  const extents: Extent[] = []
  for (let at = 0; at < queries.length; at += CHUNK) {
    extents.push(...(await reader.readAll(queries.slice(at, at + CHUNK))).flat())
  }
  return extents
}

function xOf(x: NonNullable<Query['x']>, firstMs: RawBuilder<unknown>): RawBuilder<number> {
  if (x === 'step') return sql<number>`p.step`
  return x === 'time' ? sql<number>`p.at_ms` : sql<number>`(p.at_ms - ${firstMs})`
}

const within = (x: RawBuilder<number>, from: number | undefined, until: number | undefined): RawBuilder<boolean> =>
  allOf([
    ...(from === undefined ? [] : [sql<boolean>`${x} >= ${from}`]),
    ...(until === undefined ? [] : [sql<boolean>`${x} <= ${until}`]),
  ])

const isReduced = ({ count }: Extent, { points = DEFAULT_POINTS }: Query): boolean => count > points

function curveQuery(reader: Reader, extent: Extent, query: Query): RawBuilder<PointRow | BucketRow> {
  const { x = 'step', from, until, points = DEFAULT_POINTS } = query
  const position = xOf(x, sql`${extent.first_ms}`)
  const where = allOf([
    sql<boolean>`p.run_seq = ${extent.run_seq}`,
    sql<boolean>`p.key_id = ${extent.key_id}`,
    within(position, from, until),
    reader.guard(sql.ref('p.step')),
  ])
  if (!isReduced(extent, query)) {
    return sql<PointRow>`select ${position} as x, p.value, p.is_nan from metric_point p where ${where}
      order by x, p.at_ms, p.step, p.value`
  }
  const width = Math.max(((extent.greatest ?? 0) - (extent.least ?? 0)) / points, Number.MIN_VALUE)
  const bucket = sql`min(cast((${position} - ${extent.least}) / ${width} as integer), ${points - 1})`
  const number = sql`iif(p.is_nan = 0, p.value, null)`
  return sql<BucketRow>`select avg(${position}) as x, avg(${number}) as mean, min(${number}) as least, max(${number}) as greatest
    from metric_point p where ${where} group by ${bucket} order by x`
}

function curveOf(extent: Extent, rows: readonly (PointRow | BucketRow)[], query: Query): MetricCurve {
  const { run, key, total } = extent
  const base = { run, key, pointCount: total, isReduced: isReduced(extent, query), x: rows.map(({ x }) => x) }
  if (!base.isReduced) {
    return { ...base, value: rows.map((row) => ('is_nan' in row ? encodeNumber(metricNumber(row)) : null)) }
  }
  const column = (name: 'mean' | 'least' | 'greatest') =>
    rows.map((row) => ('mean' in row ? numberOrNull(row[name]) : null))
  return { ...base, value: column('mean'), min: column('least'), max: column('greatest') }
}

const numberOrNull = (value: number | null): LoggedNumber | null => (value === null ? null : encodeNumber(value))
