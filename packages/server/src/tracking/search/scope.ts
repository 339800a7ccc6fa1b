import type { FilterClause } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { compare } from '../../database/compare.ts'
import type { Reader } from '../../database/reader.ts'
import { experimentNumber } from '../experiment-record.ts'
import { type KeyCondition, keyCondition } from './key-condition.ts'
import type { KeyNumbers } from './key-numbers.ts'
import type { KeyEntity } from './key-tables.ts'
import type { ReadQuery } from './read-query.ts'
import { attributeTest } from './run-attributes.ts'

type Condition = RawBuilder<boolean>

/** What a search looks at, in the words of the tables. */
export type Scope = {
  readonly experiments: readonly number[]
  readonly keys: ReadonlyMap<string, number>
  readonly keyConditions: readonly KeyCondition[]
  /** About the run's own row `r`. */
  readonly rowConditions: readonly Condition[]
  /** Which runs are not deleted, or are; nearly all are one or the other. */
  readonly lifecycle: readonly Condition[]
  /** Whether the row conditions leave so few runs that an index leads to them. */
  readonly isPinned: boolean
}

/** `undefined` where no run can match. */
export async function findScope(
  reader: Reader,
  numbers: KeyNumbers,
  query: ReadQuery,
  experimentIds: readonly string[] | undefined,
): Promise<Scope | undefined> {
  const names = [...query.clauses, ...query.terms].flatMap(({ entity, key }) => (isKeyEntity(entity) ? [key] : []))
  const [experiments, keys] = await Promise.all([findExperiments(reader, experimentIds), numbers.find(names)])
  const keyConditions = keyConditionsOf(query.clauses, keys)
  if (experiments.length === 0 || keyConditions === undefined) return undefined
  const ofParent = parentTest(query.parent)
  return {
    experiments,
    keys,
    keyConditions,
    rowConditions: [...query.clauses.flatMap((clause) => rowTest(clause, query)), ...ofParent],
    lifecycle: lifecycleTest(query.lifecycle),
    isPinned: (query.parent !== undefined && query.parent !== 'none') || query.clauses.some(isPin),
  }
}

/** Numbers of experiments, growing; those that are named need not be there. */
export async function findExperiments(reader: Reader, ids: readonly string[] | undefined): Promise<readonly number[]> {
  const numbers =
    ids === undefined
      ? (await reader.read(sql<{ id: number }>`select id from experiment where deleted_ms is null`)).map(({ id }) => id)
      : ids.flatMap((id) => experimentNumber(id) ?? [])
  return [...new Set(numbers)].sort((a, b) => a - b)
}

export const isKeyEntity = (entity: string): entity is KeyEntity =>
  entity === 'metric' || entity === 'param' || entity === 'tag'

/** One for each key; `undefined` where one can never hold, since no run has its key. */
function keyConditionsOf(
  clauses: readonly FilterClause[],
  keys: ReadonlyMap<string, number>,
): readonly KeyCondition[] | undefined {
  const groups = new Map<string, FilterClause[]>()
  for (const clause of clauses) {
    if (!isKeyEntity(clause.entity)) continue
    const name = `${clause.operator === 'IS NULL'} ${clause.entity} ${clause.key}`
    groups.set(name, [...(groups.get(name) ?? []), clause])
  }
  const conditions: KeyCondition[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined || !isKeyEntity(first.entity)) continue
    const keyId = keys.get(first.key)
    if (keyId !== undefined) conditions.push(keyCondition(first.entity, keyId, group))
    else if (first.operator !== 'IS NULL') return undefined
  }
  return conditions
}

function rowTest(clause: FilterClause, { grammar }: ReadQuery): readonly Condition[] {
  if (clause.entity === 'attribute') return [attributeTest(clause, grammar)]
  return clause.entity === 'dataset' ? [datasetTest(clause)] : []
}

/** Each clause may be met by another of the run's datasets. */
function datasetTest(clause: FilterClause): Condition {
  const field = sql.ref(clause.key === 'context' ? 'i.context' : `d.${clause.key}`)
  return sql<boolean>`exists (select 1 from run_input i join tracked_dataset d on d.id = i.dataset_id
    where i.run_seq = r.seq and ${compare(field, clause)})`
}

function parentTest(parent: string | undefined): readonly Condition[] {
  if (parent === undefined) return []
  return [parent === 'none' ? sql<boolean>`r.parent_id is null` : sql<boolean>`r.parent_id = ${parent}`]
}

function lifecycleTest(lifecycle: ReadQuery['lifecycle']): readonly Condition[] {
  if (lifecycle === 'all') return []
  return [lifecycle === 'active' ? sql<boolean>`r.deleted_ms is null` : sql<boolean>`r.deleted_ms is not null`]
}

const isPin = ({ entity, key, operator }: FilterClause): boolean =>
  entity === 'attribute' && (key === 'id' || key === 'parent') && (operator === '=' || operator === 'IN')
