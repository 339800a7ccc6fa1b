import type { MetricEntry } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Tables } from '../database/database.ts'

type Tx = Transaction<Tables>
type RunPlace = { readonly seq: number; readonly experiment_id: number }
type Point = readonly [key: number, atMs: number, step: number, value: number, isNan: number]

const COLUMNS = ['key_id', 'at_ms', 'step', 'value', 'is_nan']

/** Writes points down, those that are there already left out, and moves each metric's latest value on. */
export async function writeMetrics(
  transaction: Tx,
  run: RunPlace,
  metrics: readonly MetricEntry[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  if (metrics.length === 0) return
  const points = metrics.map((metric) => pointOf(metric, ids))
  await sql`
    insert into metric_point (run_seq, key_id, at_ms, step, value, is_nan)
    select ${run.seq}, key_id, at_ms, step, value, is_nan from ${bulkRows(COLUMNS, points)} where true
    on conflict do nothing
  `.execute(transaction)
  await sql`
    insert into latest_metric (run_seq, experiment_id, key_id, at_ms, step, value, is_nan)
    select ${run.seq}, ${run.experiment_id}, key_id, at_ms, step, value, is_nan
    from ${bulkRows(COLUMNS, latestOf(points))} where true
    on conflict (run_seq, key_id) do update
    set at_ms = excluded.at_ms, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan
    where (excluded.step, excluded.at_ms, excluded.value) > (latest_metric.step, latest_metric.at_ms, latest_metric.value)
  `.execute(transaction)
}

/** A NaN is kept, and compared, as a zero that says so: as MLflow does, with which these numbers are compared. */
function pointOf({ key, value, step, atMs }: MetricEntry, ids: ReadonlyMap<string, number>): Point {
  const id = ids.get(key)
  if (id === undefined) throw new Error(`unreachable: the key "${key}" has no number`)
  return Number.isNaN(value) ? [id, atMs, step, 0, 1] : [id, atMs, step, value, 0]
}

/** Of each key the point that counts: that of the greatest step, then time, then value; the first of equal ones. */
function latestOf(points: readonly Point[]): readonly Point[] {
  const latest = new Map<number, Point>()
  for (const point of points) {
    const other = latest.get(point[0])
    if (other === undefined || isLater(point, other)) latest.set(point[0], point)
  }
  return [...latest.values()]
}

function isLater([, atMs, step, value]: Point, [, otherMs, otherStep, otherValue]: Point): boolean {
  if (step !== otherStep) return step > otherStep
  return atMs === otherMs ? value > otherValue : atMs > otherMs
}
