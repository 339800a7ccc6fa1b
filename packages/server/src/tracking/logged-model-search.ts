import {
  type FilterClause,
  type FilterGrammar,
  type Found,
  LOGGED_MODEL_GRAMMAR,
  type LoggedModelOrder,
  type LoggedModelRecord,
  type LoggedModels,
  type OrderTerm,
  parseFilter,
  parseOrder,
} from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import { allOf, anyOf, compare } from '../database/compare.ts'
import type { Connection } from '../database/database.ts'
import { decodeCursor, encodeCursor, isAfter, keyColumns, orderOf, placeOf, type SortKey } from '../database/keyset.ts'
import { experimentNumber } from './experiment-record.ts'
import { type LoggedModelRow, loggedModelRecords } from './logged-model-record.ts'
import { testWritten } from './search/run-attributes.ts'

type Search = Parameters<LoggedModels['search']>[0]
type Condition = RawBuilder<boolean>
type Term = OrderTerm & { readonly datasets: readonly Dataset[] }
type Dataset = { readonly name: string; readonly digest?: string | undefined }

const NEWEST: SortKey = { value: sql.ref('logged_model.created_ms'), isDescending: true }
const ID: SortKey = { value: sql.ref('logged_model.id'), isDescending: false }

/** @throws RegiaError `INVALID_INPUT` for a filter, order or cursor that cannot be read. */
export async function searchLoggedModels(connection: Connection, search: Search): Promise<Found<LoggedModelRecord>> {
  const { experimentIds, filter = '', orderBy = [], datasets = [], limit, cursor } = search
  const { grammar = LOGGED_MODEL_GRAMMAR } = search
  const clauses = parseFilter(filter, grammar)
  const keys = [...orderBy.flatMap((order) => sortKeys(termOf(order, grammar))), NEWEST, ID]
  const query = ['models', experimentIds, filter, orderBy, datasets]
  const conditions = [
    sql<boolean>`deleted_ms is null`,
    ...inExperiments(experimentIds),
    ...clauses.map((clause) => conditionOf(clause, datasets, grammar)),
    ...onDatasets(datasets, clauses),
    ...(cursor === undefined ? [] : [isAfter(keys, decodeCursor(query, cursor))]),
  ]
  const { rows } = await sql<LoggedModelRow & Readonly<Record<string, unknown>>>`
    select logged_model.*, ${keyColumns(keys)} from logged_model where ${allOf(conditions)}
    order by ${orderOf(keys)} limit ${limit + 1}
  `.execute(connection)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = await loggedModelRecords(connection, page)
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(query, placeOf(last, keys)) } : { items }
}

function inExperiments(ids: readonly string[] | undefined): readonly Condition[] {
  if (ids === undefined) return []
  const rows = bulkRows(
    ['id'],
    ids.map((id) => [experimentNumber(id) ?? null]),
  )
  return [sql<boolean>`experiment_id in (select id from ${rows})`]
}

const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  id: sql.ref('logged_model.id'),
  name: sql.ref('logged_model.name'),
  type: sql.ref('logged_model.model_type'),
  status: sql.ref('logged_model.status'),
  run: sql.ref('logged_model.source_run_id'),
  experiment: sql`cast(logged_model.experiment_id as text)`,
  artifacts: sql.ref('logged_model.artifact_uri'),
  created: sql.ref('logged_model.created_ms'),
  updated: sql.ref('logged_model.updated_ms'),
}

function columnOf(attribute: string): RawBuilder<unknown> {
  const column = COLUMNS[attribute]
  if (!column) throw new Error(`unreachable: the grammar of logged models knows no "${attribute}"`)
  return column
}

const textOf = (entity: 'param' | 'tag', key: string): RawBuilder<unknown> =>
  sql`(select value from ${sql.table(`logged_model_${entity}`)} where model_id = logged_model.id and key = ${key})`

function conditionOf(clause: FilterClause, datasets: readonly Dataset[], grammar: FilterGrammar): Condition {
  const { entity, key } = clause
  if (entity === 'param' || entity === 'tag') return compare(textOf(entity, key), clause)
  if (entity === 'attribute') return testWritten(columnOf(key), clause, grammar)
  return sql<boolean>`exists (select 1 from logged_model_metric as metric where metric.model_id = logged_model.id
    and metric.key = ${key} and metric.is_nan = 0 and ${compare(sql.ref('metric.value'), clause)}
    and ${isOn(datasets)})`
}

/** Datasets without a condition on a metric ask for models that have any metric on them. */
function onDatasets(datasets: readonly Dataset[], clauses: readonly FilterClause[]): readonly Condition[] {
  if (datasets.length === 0 || clauses.some(({ entity }) => entity === 'metric')) return []
  return [
    sql<boolean>`exists (select 1 from logged_model_metric as metric
      where metric.model_id = logged_model.id and ${isOn(datasets)})`,
  ]
}

function isOn(datasets: readonly Dataset[]): Condition {
  if (datasets.length === 0) return sql<boolean>`true`
  return anyOf(
    datasets.map(({ name, digest }) =>
      digest === undefined
        ? sql<boolean>`metric.dataset_name = ${name}`
        : sql<boolean>`(metric.dataset_name = ${name} and metric.dataset_digest = ${digest})`,
    ),
  )
}

function termOf(order: LoggedModelOrder, grammar: FilterGrammar): Term {
  const [term] = parseOrder([order.field], grammar)
  if (!term) throw new Error('unreachable: one text is one term')
  const { datasetName: name, datasetDigest: digest, isDescending } = order
  return { ...term, isDescending, datasets: name === undefined ? [] : [{ name, digest }] }
}

/** Of a metric the latest value counts. A NaN comes after all numbers and before what is missing. */
function sortKeys({ entity, key, isDescending, datasets }: Term): readonly SortKey[] {
  if (entity === 'attribute') return [{ value: columnOf(key), isDescending }]
  if (entity !== 'metric') return [{ value: textOf(entity, key), isDescending }]
  const latest = (column: string) => sql`(select ${sql.ref(column)} from logged_model_metric as metric
    where metric.model_id = logged_model.id and metric.key = ${key} and ${isOn(datasets)}
    order by metric.at_ms desc, metric.step desc, metric.run_id, metric.value desc limit 1)`
  return [
    { value: latest('metric.is_nan'), isDescending: false },
    { value: latest('metric.value'), isDescending },
  ]
}
