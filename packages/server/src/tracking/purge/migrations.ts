import type { Migration } from '../../database/migrate.ts'

export const purgeMigrations: readonly Migration[] = [
  {
    name: 'tracking-purge-1',
    up: async ({ schema }) => {
      await schema
        .createTable('purged_remains')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('run_seq', 'integer')
        .addColumn('folder', 'text')
        .execute()
    },
  },
]
