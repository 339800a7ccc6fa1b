import type { MetricValue, RunRecord, RunSearchQuery } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import type { Reader } from '../../database/reader.ts'
import type { FoundRun } from '../find-run.ts'
import { metricNumber, runRecord } from '../run-record.ts'
import { KEY_TABLES, type KeyEntity } from './key-tables.ts'

type Select = NonNullable<RunSearchQuery['select']>
type Row = Readonly<Record<string, unknown>>
type PageRow = FoundRun & { readonly child_count: number }
/** All values of one kind of a run as one text: a row for each would take longer on its way than to find. */
type PackedRow = { readonly run_seq: number; readonly cells: string }
type TextCell = readonly [key: string, value: string]
type MetricCell = readonly [key: string, value: number, isNan: number, step: number, atMs: number]

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
    packedValues('param', sql`k.name, t.value`, list, select.params),
    packedValues('metric', sql`k.name, t.value, t.is_nan, t.step, t.at_ms`, list, select.metrics),
    packedValues('tag', sql`k.name, t.value`, list, select.tags),
  ])
  // The casts: rows are what their query makes.
  const byNumber = new Map((runs as readonly PageRow[]).map((run) => [run.seq, run]))
  const paramsOf = unpacked<TextCell>(params as readonly PackedRow[])
  const metricsOf = unpacked<MetricCell>(metrics as readonly PackedRow[])
  const tagsOf = unpacked<TextCell>(tags as readonly PackedRow[])
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
function packedValues(
  entity: KeyEntity,
  cells: RawBuilder<unknown>,
  seqs: string,
  keys: readonly string[] | undefined,
): RawBuilder<Row> {
  const wanted =
    keys === undefined
      ? sql`true`
      : sql`t.key_id in (select id from tracking_key where name in (select value from json_each(${JSON.stringify(keys)})))`
  return sql<Row>`select t.run_seq, json_group_array(json_array(${cells})) as cells from ${KEY_TABLES[entity].table} as t
    cross join tracking_key k on k.id = t.key_id
    where t.run_seq in (select value from json_each(${seqs})) and ${wanted} group by t.run_seq`
}

/** Of each run its cells by key. SQLite writes doubles with the digits that tell them apart, and infinities as numbers too great for one. */
function unpacked<Cell extends TextCell | MetricCell>(
  rows: readonly PackedRow[],
): ReadonlyMap<number, readonly Cell[]> {
  return new Map(
    rows.map(({ run_seq, cells }) => {
      const parsed: Cell[] = JSON.parse(cells)
      return [run_seq, parsed.sort(([a], [b]) => (a < b ? -1 : 1))]
    }),
  )
}

const textsOf = (cells: readonly TextCell[] = []): Readonly<Record<string, string>> => Object.fromEntries(cells)

const numbersOf = (cells: readonly MetricCell[] = []): readonly MetricValue[] =>
  cells.map(([key, value, is_nan, step, atMs]) => ({ key, value: metricNumber({ value, is_nan }), step, atMs }))
