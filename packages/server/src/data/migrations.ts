import type { Migration } from '../database/migrate.ts'

export const dataMigrations: readonly Migration[] = [
  {
    name: 'data-1',
    up: async ({ schema }) => {
      await schema
        .createTable('dataset')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('dataset_version')
        .addColumn('dataset', 'text', (column) => column.notNull().references('dataset.name'))
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('source_digest', 'text', (column) => column.notNull())
        .addColumn('source_name', 'text', (column) => column.notNull())
        .addColumn('columns', 'text', (column) => column.notNull())
        .addColumn('schema', 'text')
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('valid_row_count', 'bigint', (column) => column.notNull())
        .addColumn('quarantined_row_count', 'bigint', (column) => column.notNull())
        .addColumn('quarantine_digest', 'text')
        .addColumn('quarantine_reasons', 'text', (column) => column.notNull())
        .addColumn('profile', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text')
        .addPrimaryKeyConstraint('dataset_version_key', ['dataset', 'version'])
        .execute()
    },
  },
]
