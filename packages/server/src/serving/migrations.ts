import type { Kysely } from 'kysely'
import type { Migration } from '../database/migrate.ts'
import { referenceMigration } from './reference/reference-tables.ts'
import { shadowMigration } from './release/migrate-shadows.ts'
import { releaseMigration } from './release/release-tables.ts'

export const servingMigrations: readonly Migration[] = [
  {
    name: 'serving-1',
    up: async ({ schema }) => {
      await schema
        .createTable('endpoint')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('stable_version', 'integer')
        .addColumn('previous_version', 'integer')
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('decision')
        .addColumn('endpoint', 'text', (column) => column.notNull().references('endpoint.name'))
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('decision', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('decision_key', ['endpoint', 'number'])
        .execute()
      await schema
        .createTable('shadow_trial')
        .addColumn('endpoint', 'text', (column) => column.notNull().references('endpoint.name'))
        .addColumn('champion_version', 'integer', (column) => column.notNull())
        .addColumn('challenger_version', 'integer', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('shadow_trial_key', ['endpoint', 'challenger_version', 'champion_version'])
        .execute()
      await schema
        .createTable('log_offset')
        .addColumn('endpoint', 'text', (column) => column.primaryKey())
        .addColumn('segment', 'integer', (column) => column.notNull())
        .addColumn('byte_offset', 'bigint', (column) => column.notNull())
        .execute()
      await schema
        .createTable('sketch')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('hour', 'bigint', (column) => column.notNull())
        .addColumn('sketch', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('sketch_key', ['endpoint', 'version', 'hour'])
        .execute()
      await schema
        .createTable('label')
        .addColumn('prediction_id', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('is_positive', 'integer')
        .addColumn('score', 'double precision', (column) => column.notNull())
        .addColumn('event_at', 'bigint', (column) => column.notNull())
        .addColumn('place', 'bigint', (column) => column.notNull())
        .execute()
      await schema
        .createTable('shadow_pair')
        .addColumn('prediction_id', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('champion_version', 'integer', (column) => column.notNull())
        .addColumn('challenger_version', 'integer', (column) => column.notNull())
        .addColumn('champion_score', 'double precision', (column) => column.notNull())
        .addColumn('challenger_score', 'double precision', (column) => column.notNull())
        .addColumn('is_same_class', 'integer', (column) => column.notNull())
        .addColumn('event_at', 'bigint', (column) => column.notNull())
        .execute()
      await schema
        .createIndex('shadow_pair_versions')
        .on('shadow_pair')
        .columns(['endpoint', 'champion_version', 'challenger_version', 'event_at'])
        .execute()
      await schema
        .createTable('endpoint_count')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('prediction_count', 'bigint', (column) => column.notNull())
        .addColumn('label_count', 'bigint', (column) => column.notNull())
        .addColumn('watermark', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoint_count_key', ['endpoint', 'version'])
        .execute()
    },
  },
  {
    name: 'serving-2',
    up: async ({ schema }) => {
      await schema
        .createTable('endpoint_watermark')
        .addColumn('endpoint', 'text', (column) => column.primaryKey())
        .addColumn('event_at', 'bigint', (column) => column.notNull())
        .addColumn('elsewhere_count', 'integer', (column) => column.notNull())
        .execute()
      await schema.alterTable('endpoint_count').dropColumn('watermark').execute()
    },
  },
  {
    name: 'serving-unloaded',
    up: async ({ schema }) => {
      await schema
        .createTable('unloaded_endpoint')
        .addColumn('endpoint', 'text', (column) => column.primaryKey())
        .addColumn('at', 'text', (column) => column.notNull())
        .execute()
    },
  },
  releaseMigration,
  {
    name: 'serving-deciders',
    up: async (database) => {
      const { schema } = database
      await schema
        .alterTable('decision')
        .addColumn('kind', 'text', (column) => column.notNull().defaultTo(''))
        .execute()
      await schema
        .alterTable('decision')
        .addColumn('decider', 'text', (column) => column.notNull().defaultTo(''))
        .execute()
      await describeDecisions(database.withTables<OldDecisions>())
    },
  },
  referenceMigration,
  shadowMigration,
  {
    name: 'serving-shadow-labels',
    up: async ({ schema }) => {
      await schema.alterTable('shadow_pair').addColumn('champion_label', 'text').execute()
      await schema.alterTable('shadow_pair').addColumn('challenger_label', 'text').execute()
    },
  },
]

type OldDecisions = { decision: { id: string; kind: string; decider: string; decision: string } }

/** Says of each decision in columns what stood in its JSON alone. */
async function describeDecisions(database: Kysely<OldDecisions>): Promise<void> {
  for (const { id, decision } of await database.selectFrom('decision').select(['id', 'decision']).execute()) {
    const { kind, by }: { kind: string; by: string } = JSON.parse(decision)
    const isRule = by === 'release rule' || by === 'promotion rule'
    const decider = isRule ? 'rule' : by === 'regia' ? 'regia' : 'person'
    await database.updateTable('decision').set({ kind, decider }).where('id', '=', id).execute()
  }
}
