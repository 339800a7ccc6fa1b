import {
  EXPERIMENT_GRAMMAR,
  type ExperimentRecord,
  type Experiments,
  type FilterClause,
  type Found,
  type OrderTerm,
  parseFilter,
  parseOrder,
} from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf, compare } from '../database/compare.ts'
import type { Connection } from '../database/database.ts'
import { decodeCursor, encodeCursor, isAfter, keyColumns, orderOf, placeOf, type SortKey } from '../database/keyset.ts'
import { ofLifecycle } from './experiment-list.ts'
import { type ExperimentRow, withTags } from './experiment-record.ts'

type Search = Parameters<Experiments['search']>[0]
type Condition = RawBuilder<boolean>

const LAST_CHANGED: readonly OrderTerm[] = [{ entity: 'attribute', key: 'updated', isDescending: true }]
const ID: SortKey = { value: sql.ref('experiment.id'), isDescending: true }

/** @throws RegiaError `INVALID_INPUT` for a filter, order or cursor that cannot be read. */
export async function searchExperiments(connection: Connection, search: Search): Promise<Found<ExperimentRecord>> {
  const { filter = '', orderBy = [], limit, cursor, lifecycle, grammar = EXPERIMENT_GRAMMAR } = search
  const clauses = parseFilter(filter, grammar)
  const terms = orderBy.length === 0 ? LAST_CHANGED : parseOrder(orderBy, grammar)
  const keys = [...terms.map(sortKey), ID]
  const query = ['experiments', filter, orderBy, lifecycle]
  const conditions = [
    ...ofLifecycle(lifecycle),
    ...clauses.map(conditionOf),
    ...(cursor === undefined ? [] : [isAfter(keys, decodeCursor(query, cursor))]),
  ]
  const { rows } = await sql<ExperimentRow & Readonly<Record<string, unknown>>>`
    select experiment.*, ${keyColumns(keys)} from experiment where ${allOf(conditions)}
    order by ${orderOf(keys)} limit ${limit + 1}
  `.execute(connection)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = await withTags(connection, page)
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(query, placeOf(last, keys)) } : { items }
}

const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  id: sql`cast(experiment.id as text)`,
  name: sql.ref('experiment.name'),
  note: sql.ref('experiment.note'),
  created: sql.ref('experiment.created_ms'),
  updated: sql.ref('experiment.updated_ms'),
}

function columnOf(attribute: string): RawBuilder<unknown> {
  const column = COLUMNS[attribute]
  if (!column) throw new Error(`unreachable: the grammar of experiments knows no "${attribute}"`)
  return column
}

const tagOf = (key: string): RawBuilder<unknown> =>
  sql`(select value from experiment_tag where experiment_id = experiment.id and key = ${key})`

const conditionOf = (clause: FilterClause): Condition =>
  compare(clause.entity === 'tag' ? tagOf(clause.key) : columnOf(clause.key), clause)

/** Ids count as numbers where they give the order. */
function sortKey({ entity, key, isDescending }: OrderTerm): SortKey {
  if (entity === 'tag') return { value: tagOf(key), isDescending }
  return { value: key === 'id' ? ID.value : columnOf(key), isDescending }
}
