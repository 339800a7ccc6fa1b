import { sql, type Transaction } from 'kysely'
import type { Migration } from '../../database/migrate.ts'

type Schema = Transaction<unknown>['schema']

export const mapMigrations: readonly Migration[] = [
  {
    name: 'pipelines-map-1',
    up: async ({ schema }) => {
      await createMaps(schema)
      await createItems(schema)
      await addItemToLogs(schema)
    },
  },
]

async function createMaps(schema: Schema): Promise<void> {
  let table = schema
    .createTable('map_run')
    .addColumn('step_run_id', 'text', (column) => column.primaryKey().references('step_run.id').onDelete('cascade'))
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('total', 'integer', (column) => column.notNull())
    .addColumn('concurrency', 'integer')
    .addColumn('minimum_success', 'double precision', (column) => column.notNull())
  for (const status of ['waiting', 'queued', 'running', 'succeeded', 'cached', 'failed', 'cancelled']) {
    table = table.addColumn(status, 'integer', (column) => column.notNull().defaultTo(0))
  }
  await table
    .addColumn('inputs', 'text', (column) => column.notNull())
    .addColumn('durations', 'text')
    .addColumn('slowest_ms', 'integer')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('map_run_of_run').on('map_run').column('run_id').execute()
  await schema.createIndex('map_run_state').on('map_run').column('state').execute()
}

async function createItems(schema: Schema): Promise<void> {
  await schema
    .createTable('map_item')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('step_run_id', 'text', (column) =>
      column.notNull().references('map_run.step_run_id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('element', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('cache_key', 'text')
    .addColumn('attempts', 'text', (column) => column.notNull())
    .addColumn('not_before', 'bigint', (column) => column.notNull())
    .addColumn('token', 'bigint')
    .addColumn('worker', 'text')
    .addColumn('expires_at', 'bigint')
    .addColumn('outputs', 'text', (column) => column.notNull())
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('duration_ms', 'integer')
    .addColumn('error', 'text')
    .addUniqueConstraint('map_item_of_step', ['step_run_id', 'number'])
    .execute()
  const index = (name: string) => schema.createIndex(name).on('map_item')
  await index('map_item_queue').columns(['step_run_id', 'status', 'not_before', 'number']).execute()
  await index('map_item_cache_key').column('cache_key').execute()
  await index('map_item_duration').columns(['step_run_id', 'duration_ms']).execute()
  // Few elements wait or run at any time: these two stay small.
  await index('map_item_waiting').column('cache_key').where(sql.ref('status'), '=', sql.lit('waiting')).execute()
  await index('map_item_lease').column('expires_at').where(sql.ref('expires_at'), 'is not', null).execute()
}

async function addItemToLogs(schema: Schema): Promise<void> {
  await schema.alterTable('run_log').addColumn('item', 'integer').execute()
  await schema
    .createIndex('run_log_item')
    .on('run_log')
    .columns(['run_id', 'step', 'item', 'number'])
    .where(sql.ref('item'), 'is not', null)
    .execute()
}
