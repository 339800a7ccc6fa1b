import type { MetricValue, RunRecord, RunSearchQuery } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import type { Reader } from '../../database/reader.ts'
import type { FoundRun } from '../find-run.ts'
import { metricNumber, runRecord } from '../run-record.ts'
import { KEY_TABLES, type KeyEntity } from './key-tables.ts'

type Select = NonNullable<RunSearchQuery['select']>
type Row = Readonly<Record<string, unknown>>
type PageRow = FoundRun & { readonly child_count: number }
type ValueRow = { readonly run_seq: number; readonly key: string; readonly value: string }
type MetricRow = {
  readonly run_seq: number
  readonly key: string
  readonly value: number
  readonly is_nan: number
  readonly step: number
  readonly at_ms: number
}

/** Runs that are read at once: many are read in several turns, so that others come in between. */
const CHUNK = 1_000

/** Records in the order of their numbers, with the values that were asked for; one that has gone meanwhile is left out. */
export async function loadRuns(
  reader: Reader,
  seqs: readonly number[],
  select: Select = {},
): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = []
  for (let from = 0; from < seqs.length; from += CHUNK) {
    records.push(...(await loadChunk(reader, seqs.slice(from, from + CHUNK), select)))
  }
  return records
}

async function loadChunk(reader: Reader, seqs: readonly number[], select: Select): Promise<readonly RunRecord[]> {
  const list = JSON.stringify(seqs)
  const [runs = [], params = [], metrics = [], tags = []] = await reader.readAll<Row>([
    sql`select r.*, x.artifact_root,
        (select count(*) from tracked_run c where c.parent_id = r.id and c.deleted_ms is null) as child_count
      from tracked_run r join experiment x on x.id = r.experiment_id
      where r.seq in (select value from json_each(${list}))`,
    valuesOf('param', sql`t.value`, list, select.params),
    valuesOf('metric', sql`t.value, t.is_nan, t.step, t.at_ms`, list, select.metrics),
    valuesOf('tag', sql`t.value`, list, select.tags),
  ])
  // The casts: rows are what their query makes.
  const byNumber = new Map((runs as readonly PageRow[]).map((run) => [run.seq, run]))
  const paramsOf = grouped(params as readonly ValueRow[])
  const metricsOf = grouped(metrics as readonly MetricRow[])
  const tagsOf = grouped(tags as readonly ValueRow[])
  return seqs.flatMap((seq) => {
    const run = byNumber.get(seq)
    if (run === undefined) return []
    const values = {
      params: textsOf(paramsOf.get(seq)),
      metrics: numbersOf(metricsOf.get(seq)),
      tags: textsOf(tagsOf.get(seq)),
    }
    return [{ ...runRecord(run, run.artifact_root, values), childCount: run.child_count }]
  })
}

/** Values of the wanted keys, of all where none are named. */
function valuesOf(
  entity: KeyEntity,
  columns: RawBuilder<unknown>,
  seqs: string,
  keys: readonly string[] | undefined,
): RawBuilder<Row> {
  const wanted =
    keys === undefined
      ? sql`true`
      : sql`t.key_id in (select id from tracking_key where name in (select value from json_each(${JSON.stringify(keys)})))`
  return sql<Row>`select t.run_seq, k.name as key, ${columns} from ${KEY_TABLES[entity].table} as t
    cross join tracking_key k on k.id = t.key_id
    where t.run_seq in (select value from json_each(${seqs})) and ${wanted}`
}

function grouped<R extends { readonly run_seq: number; readonly key: string }>(
  rows: readonly R[],
): ReadonlyMap<number, R[]> {
  const groups = new Map<number, R[]>()
  for (const row of rows) {
    const group = groups.get(row.run_seq)
    if (group === undefined) groups.set(row.run_seq, [row])
    else group.push(row)
  }
  for (const group of groups.values()) group.sort((a, b) => (a.key < b.key ? -1 : 1))
  return groups
}

const textsOf = (rows: readonly ValueRow[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(rows.map(({ key, value }) => [key, value]))

const numbersOf = (rows: readonly MetricRow[] = []): readonly MetricValue[] =>
  rows.map((row) => ({ key: row.key, value: metricNumber(row), step: row.step, atMs: row.at_ms }))
