import type { Migration } from '../database/migrate.ts'

export const catalogMigrations: readonly Migration[] = [
  {
    name: 'catalog-1',
    up: async ({ schema }) => {
      await schema
        .createTable('catalog_file')
        .addColumn('path', 'text', (column) => column.primaryKey())
        .addColumn('stamp', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('seen_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('catalog_table')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('source_digest', 'text', (column) => column.notNull())
        .addColumn('taken_in', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
    },
  },
]
