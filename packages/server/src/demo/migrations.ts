import type { Migration } from '../database/migrate.ts'

export const demoMigrations: readonly Migration[] = [
  {
    name: 'demo-1',
    up: async ({ schema }) => {
      await schema
        .createTable('demo')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('demo', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('demo_wish')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('active', 'integer', (column) => column.notNull())
        .addColumn('requested_at', 'text', (column) => column.notNull())
        .execute()
    },
  },
]
