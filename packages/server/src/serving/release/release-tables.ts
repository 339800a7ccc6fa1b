import type { ArmFiguresJson } from '@regia/core'
import type { JsonText } from '../../database/json-text.ts'
import type { Migration } from '../../database/migrate.ts'
import type { KeptRelease, Outcomes } from './release-record.ts'

export type ReleaseTables = {
  /** Every release; of an endpoint at most one in shadow is open, and one that shares the traffic. The newest has the highest number. */
  release: {
    id: string
    endpoint: string
    number: number
    is_open: number
    kind: KeptRelease['kind']
    record: JsonText<KeptRelease>
  }
  /** Versions in releases. One that is settled is not tried again by itself; `release` is empty where a person took it back without one. */
  release_arm: { release: string; endpoint: string; version: number; is_settled: number }
  /** Requests, errors, latencies and scores since the release began, stable version included. */
  release_figures: { release: string; version: number; figures: JsonText<ArmFiguresJson> }
  /** Labels and rewards since the release began; commits with the position of the log that it covers. */
  release_outcome: { release: string; version: number; outcomes: JsonText<Outcomes> }
  /** Predictions by when they were made. */
  release_pull: { release: string; version: number; bucket: number; pull_count: number; settled_count: number }
  /** What predictions earned: the first reward of each. */
  reward: { prediction_id: string; endpoint: string; version: number; reward: number }
}

export const releaseMigration: Migration = {
  name: 'serving-releases',
  up: async ({ schema }) => {
    await schema
      .createTable('release')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('is_open', 'integer', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addUniqueConstraint('release_number', ['endpoint', 'number'])
      .execute()
    await schema
      .createTable('release_arm')
      .addColumn('release', 'text', (column) => column.notNull())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('is_settled', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_arm_key', ['endpoint', 'version', 'release'])
      .execute()
    await schema
      .createTable('release_figures')
      .addColumn('release', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('figures', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_figures_key', ['release', 'version'])
      .execute()
    await schema
      .createTable('release_outcome')
      .addColumn('release', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('outcomes', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_outcome_key', ['release', 'version'])
      .execute()
    await schema
      .createTable('release_pull')
      .addColumn('release', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('bucket', 'bigint', (column) => column.notNull())
      .addColumn('pull_count', 'bigint', (column) => column.notNull())
      .addColumn('settled_count', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_pull_key', ['release', 'version', 'bucket'])
      .execute()
    await schema
      .createTable('reward')
      .addColumn('prediction_id', 'text', (column) => column.primaryKey())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('reward', 'double precision', (column) => column.notNull())
      .execute()
  },
}
