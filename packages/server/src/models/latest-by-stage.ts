import type { ModelVersion } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { versionsOf } from './read-versions.ts'

/** The newest version of each stage of each model, by model; the stage whose oldest version came first is first. */
export async function latestByStage(
  connection: Connection,
  models: readonly string[],
): Promise<readonly ModelVersion[]> {
  if (models.length === 0) return []
  const rows = await connection
    .selectFrom('model_version')
    .innerJoin(
      (from) =>
        from
          .selectFrom('model_version')
          .select([
            'model',
            'stage',
            ({ fn }) => fn.max('version').as('version'),
            ({ fn }) => fn.min('version').as('first'),
          ])
          .where('model', 'in', models)
          .where('deleted_at', 'is', null)
          .groupBy(['model', 'stage'])
          .as('newest'),
      (join) =>
        join.onRef('newest.model', '=', 'model_version.model').onRef('newest.version', '=', 'model_version.version'),
    )
    .selectAll('model_version')
    .orderBy('model_version.model')
    .orderBy('newest.first')
    .execute()
  return versionsOf(connection, rows)
}
