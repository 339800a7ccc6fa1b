import type { TrackingFields } from '@regia/core'
import { sql } from 'kysely'
import type { Reader } from '../../database/reader.ts'
import { isAmong, KEY_TABLES, type KeyEntity } from './key-tables.ts'

type Field = { readonly key: string; readonly runCount: number }

/** More columns than this nobody looks through. */
const MAX_FIELDS = 2_000

/** Keys that runs of the experiments have, with how many; those that most have come first. */
export async function listFields(
  reader: Reader,
  experiments: readonly number[],
  prefix: string | undefined,
): Promise<TrackingFields> {
  const [params = [], metrics = [], tags = []] = await reader.readAll(
    (['param', 'metric', 'tag'] as const).map((entity) => fieldsOf(entity, experiments, prefix)),
  )
  return { params: [...params], metrics: [...metrics], tags: [...tags] }
}

/** Counted by experiment first, which is how the index lies. */
function fieldsOf(entity: KeyEntity, experiments: readonly number[], prefix: string | undefined) {
  const { table, index } = KEY_TABLES[entity]
  const begins =
    prefix === undefined || prefix === ''
      ? sql`true`
      : sql`f.key_id in (select id from tracking_key where substr(name, 1, length(${prefix})) = ${prefix})`
  return sql<Field>`
    select k.name as key, sum(part.count) as "runCount" from (
      select f.key_id, count(*) as count from ${table} as f indexed by ${index}
      where ${isAmong(sql.ref('f.experiment_id'), experiments)} and ${begins} group by f.experiment_id, f.key_id
    ) part join tracking_key k on k.id = part.key_id
    group by part.key_id order by "runCount" desc, k.name limit ${MAX_FIELDS}`
}
