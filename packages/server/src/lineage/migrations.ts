import type { Migration } from '../database/migrate.ts'

export const lineageMigrations: readonly Migration[] = [
  {
    name: 'lineage-1',
    // Runs from before need no filling in: the index looks at every run that it has not seen.
    up: async ({ schema }) => {
      await schema
        .createTable('lineage_run')
        .addColumn('run_id', 'text', (column) => column.primaryKey())
        .addColumn('finished_step_count', 'integer', (column) => column.notNull())
        .execute()
      await schema
        .createTable('lineage_output')
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('port', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('source_run_id', 'text')
        .addPrimaryKeyConstraint('lineage_output_key', ['run_id', 'step', 'port'])
        .execute()
      await schema
        .createIndex('lineage_output_copies')
        .on('lineage_output')
        .columns(['source_run_id', 'digest'])
        .execute()
      await schema
        .createTable('lineage_source')
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('lineage_source_key', ['run_id', 'kind', 'name', 'version'])
        .execute()
      await schema
        .createIndex('lineage_source_users')
        .on('lineage_source')
        .columns(['kind', 'name', 'version', 'run_id'])
        .execute()
      await schema
        .createTable('lineage_model')
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text')
        .addPrimaryKeyConstraint('lineage_model_key', ['model', 'version'])
        .execute()
      await schema.createIndex('lineage_model_run').on('lineage_model').column('run_id').execute()
      await schema.createIndex('lineage_model_digest').on('lineage_model').columns(['digest', 'model']).execute()
      await schema.createIndex('lineage_dataset_run').on('dataset_version').column('run_id').execute()
    },
  },
]
