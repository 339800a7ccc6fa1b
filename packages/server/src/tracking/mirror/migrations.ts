import type { Migration } from '../../database/migrate.ts'

export const mirrorMigrations: readonly Migration[] = [
  {
    name: 'tracking-mirror-1',
    up: async ({ schema }) => {
      await schema
        .createTable('mirrored_run')
        .addColumn('run_id', 'text', (column) => column.primaryKey())
        .addColumn('metric_number', 'integer', (column) => column.notNull())
        .addColumn('is_final', 'integer', (column) => column.notNull())
        .execute()
    },
  },
]
