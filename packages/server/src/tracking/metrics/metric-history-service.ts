import type { Found, MetricCurve, MetricHistory, MetricValue } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { decodeCursor, encodeCursor, type Place } from '../../database/keyset.ts'
import type { Reader } from '../../database/reader.ts'
import { metricNumber } from '../run-record.ts'
import { readCurves } from './curves.ts'
import { sampleIndexes } from './sample-indexes.ts'

type PointRow = {
  readonly at_ms: number
  readonly step: number
  readonly value: number
  readonly is_nan: number
}
type RunPoint = MetricValue & { readonly runId: string }

const COLUMNS = sql`p.at_ms, p.step, p.value, p.is_nan`

/** As MLflow has it. */
const SAMPLED_POINTS = 25_000

/** Every point that was logged of a metric: listed, sampled, or drawn. */
export class MetricHistoryService implements MetricHistory {
  readonly #reader: Reader
  readonly #sampledPoints: number

  /** @param sampledPoints - Of a run in a sample of steps, about: a run may have logged any number of values at one step. */
  constructor(reader: Reader, sampledPoints = SAMPLED_POINTS) {
    this.#reader = reader
    this.#sampledPoints = sampledPoints
  }

  async list(
    runId: string,
    key: string,
    { limit, cursor }: Parameters<MetricHistory['list']>[2],
  ): Promise<Found<MetricValue>> {
    const query = ['history', runId, key]
    const after = cursor === undefined ? sql`true` : isAfter(decodeCursor(query, cursor))
    const rows = await this.#reader.read(sql<PointRow>`
      select ${COLUMNS} from metric_point p
      where p.run_seq = (select seq from tracked_run where id = ${runId}) and p.key_id = ${keyId(key)} and ${after}
      order by p.at_ms, p.step, p.value, p.is_nan limit ${limit + 1}`)
    const page = rows.slice(0, limit)
    const items = page.map((row) => pointOf(row, key))
    const last = page.at(-1)
    if (rows.length <= limit || last === undefined) return { items }
    return { items, nextCursor: encodeCursor(query, [last.at_ms, last.step, last.value, last.is_nan]) }
  }

  async listBulk(runIds: readonly string[], key: string, limit: number): Promise<readonly RunPoint[]> {
    const rows = await this.#reader.read(sql<PointRow & { readonly id: string }>`
      select r.id, ${COLUMNS} from tracked_run r cross join metric_point p on p.run_seq = r.seq
      where r.id in (select value from json_each(${JSON.stringify(runIds)})) and p.key_id = ${keyId(key)}
      order by r.id, p.at_ms, p.step, p.value, p.is_nan limit ${limit}`)
    return rows.map((row) => ({ ...pointOf(row, key), runId: row.id }))
  }

  async sampleSteps(query: Parameters<MetricHistory['sampleSteps']>[0]): Promise<readonly RunPoint[]> {
    const { runIds, key } = query
    const steps = await this.#chooseSteps(query)
    const most = Math.max(this.#sampledPoints, steps.length)
    const queries = [...new Set(runIds)].map((runId) => this.#pointsAt(runId, key, steps, most))
    const rows = await this.#reader.readAll(queries)
    return rows.flat().map((row) => ({ ...pointOf(row, key), runId: row.id }))
  }

  chart(query: Parameters<MetricHistory['chart']>[0]): Promise<readonly MetricCurve[]> {
    return readCurves(this.#reader, query)
  }

  /** A run that has logged many values at one step shows some of them, spread evenly. */
  #pointsAt(runId: string, key: string, steps: readonly number[], most: number) {
    // A number that is handed over is a float to SQLite, which then does not round what it divides.
    const whole = sql`cast(${most} as integer)`
    return sql<PointRow & { readonly id: string }>`
      with own as (
        select ${COLUMNS}, row_number() over (order by p.step, p.at_ms, p.value, p.is_nan) - 1 as position,
          count(*) over () as total
        from metric_point p
        where p.run_seq = (select seq from tracked_run where id = ${runId}) and p.key_id = ${keyId(key)}
          and p.step in (select value from json_each(${JSON.stringify(steps)})) and ${this.#reader.guard(sql.ref('p.step'))}
      )
      select ${runId} as id, at_ms, step, value, is_nan from own
      where total <= ${most} or position in (0, total - 1) or position * ${whole} / total > (position - 1) * ${whole} / total
      order by position`
  }

  async #chooseSteps(query: Parameters<MetricHistory['sampleSteps']>[0]): Promise<readonly number[]> {
    const { runIds, key, limit } = query
    const ofRuns = sql`metric_point p where p.key_id = ${keyId(key)} and p.run_seq in (
      select seq from tracked_run where id in (select value from json_each(${JSON.stringify(runIds)})))`
    const guard = this.#reader.guard(sql.ref('p.step'))
    const ends = await this.#reader.read(
      sql<Ends>`select min(p.step) as least, max(p.step) as greatest from ${ofRuns} and ${guard} group by p.run_seq`,
    )
    const from = query.from ?? Math.min(0, ...ends.map(({ least }) => least))
    const until = query.until ?? Math.max(0, ...ends.map(({ greatest }) => greatest))
    const inRange = sql`select distinct p.step from ${ofRuns} and p.step between ${from} and ${until} and ${guard}`
    const [total] = await this.#reader.read(sql<{ count: number }>`select count(*) as count from (${inRange})`)
    const chosen = await this.#reader.read(chosenSteps(inRange, sampleIndexes(total?.count ?? 0, limit)))
    const own = ends.flatMap(({ least, greatest }) => [least, greatest]).filter((step) => step >= from && step <= until)
    return [...new Set([...chosen.map(({ step }) => step), ...own])]
  }
}

type Ends = { readonly least: number; readonly greatest: number }

const chosenSteps = (steps: RawBuilder<unknown>, indexes: readonly number[]) =>
  sql<{ step: number }>`
    select step from (select step, row_number() over (order by step) - 1 as position from (${steps}))
    where position in (select value from json_each(${JSON.stringify(indexes)}))`

const keyId = (key: string) => sql`(select id from tracking_key where name = ${key})`

const isAfter = (place: Place) =>
  sql`(p.at_ms, p.step, p.value, p.is_nan) > (${sql.join([0, 1, 2, 3].map((i) => place[i] ?? null))})`

const pointOf = (row: PointRow, key: string): MetricValue => ({
  key,
  value: metricNumber(row),
  step: row.step,
  atMs: row.at_ms,
})
