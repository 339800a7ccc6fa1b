import type { Transaction } from 'kysely'
import type { Migration } from '../database/migrate.ts'
import { completeRuns } from './migrate-complete-runs.ts'

type Schema = Transaction<unknown>['schema']

export const pipelineMigrations: readonly Migration[] = [
  {
    name: 'pipelines-1',
    up: async ({ schema }) => {
      await createVersions(schema)
      await createRuns(schema)
      await createStepRuns(schema)
      await createLeases(schema)
      await createCache(schema)
      await createLogs(schema)
    },
  },
  completeRuns,
  {
    name: 'pipelines-3',
    up: async ({ schema }) => {
      await schema
        .alterTable('run')
        .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()
    },
  },
]

async function createVersions(schema: Schema): Promise<void> {
  await schema
    .createTable('pipeline_version')
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('bundle_digest', 'text', (column) => column.notNull())
    .addColumn('graph', 'text', (column) => column.notNull())
    .addColumn('project_dir', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pipeline_version_key', ['pipeline', 'version'])
    .execute()
}

async function createRuns(schema: Schema): Promise<void> {
  await schema
    .createTable('run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('pipeline_version', 'integer', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('refs', 'text', (column) => column.notNull())
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('use_cache', 'integer', (column) => column.notNull())
    .addColumn('step_count', 'integer', (column) => column.notNull())
    .addColumn('finished_step_count', 'integer', (column) => column.notNull())
    .addColumn('cached_step_count', 'integer', (column) => column.notNull())
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('error', 'text')
    .addUniqueConstraint('run_number', ['pipeline', 'number'])
    .addForeignKeyConstraint('run_version', ['pipeline', 'pipeline_version'], 'pipeline_version', [
      'pipeline',
      'version',
    ])
    .execute()
  await schema.createIndex('run_status').on('run').columns(['status', 'created_at']).execute()
}

async function createStepRuns(schema: Schema): Promise<void> {
  await schema
    .createTable('step_run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('inputs', 'text', (column) => column.notNull())
    .addColumn('outputs', 'text', (column) => column.notNull())
    .addColumn('cache', 'text')
    .addColumn('cache_key', 'text')
    .addColumn('attempts', 'text', (column) => column.notNull())
    .addColumn('progress', 'double precision')
    .addColumn('progress_message', 'text')
    .addColumn('not_before', 'bigint')
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('error', 'text')
    .addUniqueConstraint('step_run_of_run', ['run_id', 'step'])
    .execute()
  await schema.createIndex('step_run_queue').on('step_run').columns(['status', 'not_before']).execute()
  await schema.createIndex('step_run_cache_key').on('step_run').column('cache_key').execute()
}

async function createLeases(schema: Schema): Promise<void> {
  await schema
    .createTable('lease')
    .addColumn('step_run_id', 'text', (column) => column.primaryKey().references('step_run.id'))
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('worker', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('counter')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute()
}

async function createCache(schema: Schema): Promise<void> {
  await schema
    .createTable('cache_entry')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('run_number', 'integer', (column) => column.notNull())
    .addColumn('outputs', 'text', (column) => column.notNull())
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('last_decision')
    .addColumn('pipeline', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('parts', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('last_decision_key', ['pipeline', 'step'])
    .execute()
}

async function createLogs(schema: Schema): Promise<void> {
  await schema
    .createTable('run_log')
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('logged_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_log_key', ['run_id', 'number'])
    .execute()
  await schema
    .createTable('run_metric')
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('step_name', 'text')
    .addColumn('logged_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_metric_key', ['run_id', 'number'])
    .execute()
}
