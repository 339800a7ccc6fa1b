import { sql, type Transaction } from 'kysely'
import type { Migration } from '../database/migrate.ts'

type Schema = Transaction<unknown>['schema']

export const trackingMigrations: readonly Migration[] = [
  {
    name: 'tracking-1',
    up: async ({ schema }) => {
      await createExperiments(schema)
      await createRuns(schema)
      await createMetrics(schema)
      await createValues(schema, 'run_param')
      await createValues(schema, 'run_tag')
      await createInputs(schema)
      await createLoggedModels(schema)
    },
  },
  {
    name: 'tracking-deleted-1',
    up: async ({ schema }) => {
      // Only what is deleted stands in it: to count the others, and to find what is to be purged.
      await schema
        .createIndex('tracked_run_deleted')
        .on('tracked_run')
        .columns(['experiment_id', 'deleted_ms'])
        .where(sql.ref('deleted_ms'), 'is not', null)
        .execute()
    },
  },
]

async function createExperiments(schema: Schema): Promise<void> {
  await schema
    .createTable('experiment')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('artifact_root', 'text', (column) => column.notNull())
    .addColumn('note', 'text')
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_ms', 'bigint', (column) => column.notNull())
    .addColumn('deleted_ms', 'bigint')
    .execute()
  // The name of a deleted experiment can be used again.
  await schema
    .createIndex('experiment_name')
    .on('experiment')
    .column('name')
    .unique()
    .where(sql.ref('deleted_ms'), 'is', null)
    .execute()
  await schema
    .createTable('experiment_tag')
    .addColumn('experiment_id', 'integer', (column) => column.notNull().references('experiment.id'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_tag_key', ['experiment_id', 'key'])
    .execute()
}

async function createRuns(schema: Schema): Promise<void> {
  await schema
    .createTable('tracked_run')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('experiment_id', 'integer', (column) => column.notNull().references('experiment.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text')
    .addColumn('start_ms', 'bigint')
    .addColumn('end_ms', 'bigint')
    .addColumn('parent_id', 'text')
    .addColumn('note', 'text')
    .addColumn('origin', 'text')
    .addColumn('updated_ms', 'bigint', (column) => column.notNull())
    .addColumn('deleted_ms', 'bigint')
    .execute()
  await schema
    .createIndex('tracked_run_recent')
    .on('tracked_run')
    .columns(['experiment_id', 'start_ms desc', 'id desc'])
    .execute()
  await schema.createIndex('tracked_run_parent').on('tracked_run').column('parent_id').execute()
}

async function createMetrics(schema: Schema): Promise<void> {
  await schema
    .createTable('tracking_key')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .execute()
  // The key is the whole row: what is logged twice is there once, and a curve lies together on the disk.
  await schema
    .createTable('metric_point')
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('key_id', 'integer', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('is_nan', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('metric_point_key', ['run_seq', 'key_id', 'at_ms', 'step', 'value', 'is_nan'])
    .modifyEnd(sql`without rowid`)
    .execute()
  await schema
    .createTable('latest_metric')
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('key_id', 'integer', (column) => column.notNull())
    .addColumn('experiment_id', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('is_nan', 'integer', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('latest_metric_key', ['run_seq', 'key_id'])
    .modifyEnd(sql`without rowid`)
    .execute()
  await schema
    .createIndex('latest_metric_value')
    .on('latest_metric')
    .columns(['experiment_id', 'key_id', 'is_nan', 'value'])
    .execute()
}

async function createValues(schema: Schema, table: 'run_param' | 'run_tag'): Promise<void> {
  await schema
    .createTable(table)
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('key_id', 'integer', (column) => column.notNull())
    .addColumn('experiment_id', 'integer', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_key`, ['run_seq', 'key_id'])
    .modifyEnd(sql`without rowid`)
    .execute()
  await schema.createIndex(`${table}_value`).on(table).columns(['experiment_id', 'key_id', 'value']).execute()
}

async function createInputs(schema: Schema): Promise<void> {
  await schema
    .createTable('tracked_dataset')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('experiment_id', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('source_type', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('schema', 'text')
    .addColumn('profile', 'text')
    .addUniqueConstraint('tracked_dataset_name', ['experiment_id', 'name', 'digest'])
    .execute()
  await schema
    .createTable('run_input')
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('dataset_id', 'integer', (column) => column.notNull())
    .addColumn('context', 'text')
    .addColumn('tags', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_input_key', ['run_seq', 'dataset_id'])
    .execute()
  await schema.createIndex('run_input_dataset').on('run_input').column('dataset_id').execute()
  await schema
    .createTable('run_model_input')
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('model_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_model_input_key', ['run_seq', 'model_id'])
    .execute()
  await schema
    .createTable('run_model_output')
    .addColumn('run_seq', 'integer', (column) => column.notNull())
    .addColumn('model_id', 'text', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_model_output_key', ['run_seq', 'model_id'])
    .execute()
}

async function createLoggedModels(schema: Schema): Promise<void> {
  await schema
    .createTable('logged_model')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('experiment_id', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('model_type', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('source_run_id', 'text')
    .addColumn('artifact_uri', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_ms', 'bigint', (column) => column.notNull())
    .addColumn('deleted_ms', 'bigint')
    .execute()
  await schema
    .createIndex('logged_model_recent')
    .on('logged_model')
    .columns(['experiment_id', 'created_ms desc', 'id desc'])
    .execute()
  await schema.createIndex('logged_model_run').on('logged_model').column('source_run_id').execute()
  for (const table of ['logged_model_param', 'logged_model_tag']) {
    await schema
      .createTable(table)
      .addColumn('model_id', 'text', (column) => column.notNull().references('logged_model.id'))
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['model_id', 'key'])
      .execute()
  }
  await schema
    .createTable('logged_model_metric')
    .addColumn('model_id', 'text', (column) => column.notNull().references('logged_model.id'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('is_nan', 'integer', (column) => column.notNull())
    .addColumn('dataset_name', 'text', (column) => column.notNull())
    .addColumn('dataset_digest', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('logged_model_metric_key', [
      'model_id',
      'key',
      'run_id',
      'at_ms',
      'step',
      'value',
      'is_nan',
      'dataset_name',
      'dataset_digest',
    ])
    .execute()
}
