import {
  type FilterClause,
  type Found,
  MODEL_GRAMMAR,
  type ModelVersion,
  type OrderTerm,
  parseFilter,
  parseOrder,
  type RegisteredModel,
  type RegistrySearch,
  toIso,
  VERSION_GRAMMAR,
} from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf, compare } from '../database/compare.ts'
import type { Connection } from '../database/database.ts'
import { decodeCursor, encodeCursor, isAfter, keyColumns, orderOf, placeOf, type SortKey } from '../database/keyset.ts'
import { type ModelRow, modelsOf } from './read-models.ts'
import { type VersionRow, versionsOf } from './read-versions.ts'

type Condition = RawBuilder<boolean>

/** Where what a grammar speaks of is kept. */
type Searched = {
  readonly subject: 'model' | 'version'
  readonly from: RawBuilder<unknown>
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>
  readonly tag: (key: string) => RawBuilder<unknown>
  readonly usual: readonly OrderTerm[]
  /** Tells rows apart. */
  readonly last: readonly SortKey[]
}

const MODELS: Searched = {
  subject: 'model',
  from: sql`model where deleted_at is null`,
  columns: {
    name: sql.ref('model.name'),
    description: sql.ref('model.description'),
    version: sql`(select coalesce(max(version), 0) from model_version where model = model.name and deleted_at is null)`,
    created: sql.ref('model.created_at'),
    updated: sql.ref('model.updated_at'),
  },
  tag: (key) => sql`(select value from model_tag where model_tag.model = model.name and key = ${key})`,
  usual: [],
  last: [{ value: sql.ref('model.name'), isDescending: false }],
}

const VERSIONS: Searched = {
  subject: 'version',
  from: sql`model_version join model on model.name = model_version.model
    where model.deleted_at is null and model_version.deleted_at is null`,
  columns: {
    model: sql.ref('model_version.model'),
    version: sql.ref('model_version.version'),
    description: sql.ref('model_version.description'),
    source: sql.ref('model_version.source'),
    run: sql.ref('model_version.run_id'),
    stage: sql.ref('model_version.stage'),
    packaging: sql.ref('model_version.packaging'),
    created: sql.ref('model_version.created_at'),
    updated: sql.ref('model_version.updated_at'),
  },
  tag: (key) => sql`(select value from model_version_tag tag where tag.model = model_version.model
    and tag.version = model_version.version and tag.key = ${key})`,
  usual: [{ entity: 'attribute', key: 'updated', isDescending: true }],
  last: [
    { value: sql.ref('model_version.model'), isDescending: false },
    { value: sql.ref('model_version.version'), isDescending: true },
  ],
}

/** @throws RegiaError `INVALID_INPUT` for a filter, order or cursor that cannot be read. */
export async function searchModels(connection: Connection, search: RegistrySearch): Promise<Found<RegisteredModel>> {
  const found = await findRows<ModelRow>(connection, MODELS, { grammar: MODEL_GRAMMAR, ...search })
  return { ...found, items: await modelsOf(connection, found.items) }
}

/** @throws RegiaError `INVALID_INPUT` for a filter, order or cursor that cannot be read. */
export async function searchVersions(connection: Connection, search: RegistrySearch): Promise<Found<ModelVersion>> {
  const found = await findRows<VersionRow>(connection, VERSIONS, { grammar: VERSION_GRAMMAR, ...search })
  return { ...found, items: await versionsOf(connection, found.items) }
}

async function findRows<Row extends object>(
  connection: Connection,
  searched: Searched,
  search: RegistrySearch,
): Promise<Found<Row>> {
  const { filter = '', orderBy = [], limit, cursor, grammar, withoutTag } = search
  if (!grammar) throw new Error('unreachable: a search has a grammar')
  const terms = orderBy.length === 0 ? searched.usual : parseOrder(orderBy, grammar)
  const keys = [...terms.map((term) => sortKey(searched, term)), ...searched.last]
  const query = [searched.subject, filter, orderBy, withoutTag]
  const conditions = [
    ...parseFilter(filter, grammar).map((clause) => conditionOf(searched, clause)),
    ...(withoutTag ? [sql<boolean>`${searched.tag(withoutTag.key)} is not ${withoutTag.value}`] : []),
    ...(cursor === undefined ? [] : [isAfter(keys, decodeCursor(query, cursor))]),
  ]
  const table = sql.table(searched.subject === 'model' ? 'model' : 'model_version')
  const { rows } = await sql<Row & Readonly<Record<string, unknown>>>`
    select ${table}.*, ${keyColumns(keys)} from ${searched.from} and ${allOf(conditions)}
    order by ${orderOf(keys)} limit ${limit + 1}
  `.execute(connection)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(query, placeOf(last, keys)) } : { items }
}

function columnOf({ columns, subject }: Searched, attribute: string): RawBuilder<unknown> {
  const column = columns[attribute]
  if (!column) throw new Error(`unreachable: the grammar of ${subject}s knows no "${attribute}"`)
  return column
}

const LATEST_MS = Date.UTC(9999, 11, 31)

/** Times are kept as text; whole milliseconds of years with four digits compare alike in both. */
function conditionOf(searched: Searched, clause: FilterClause): Condition {
  if (clause.entity === 'tag') return compare(searched.tag(clause.key), clause)
  const column = columnOf(searched, clause.key)
  const isTime = clause.key === 'created' || clause.key === 'updated'
  if (!isTime || typeof clause.value !== 'number')
    return compare(asksForNone(clause) ? orEmpty(column) : column, clause)
  const ms = Math.min(Math.max(Math.trunc(clause.value), 0), LATEST_MS)
  return compare(column, { operator: clause.operator, value: toIso(ms) })
}

/** What has no run or source is found by what it is not; other conditions keep the column as it is, for its index. */
const asksForNone = ({ operator, value }: FilterClause): boolean =>
  typeof value !== 'number' && (operator === '!=' || operator === 'NOT IN' || value === '')

const orEmpty = (column: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce(${column}, '')`

const sortKey = (searched: Searched, { entity, key, isDescending }: OrderTerm): SortKey => ({
  value: entity === 'tag' ? searched.tag(key) : columnOf(searched, key),
  isDescending,
})
