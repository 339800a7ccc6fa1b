import { sql } from 'kysely'
import type { Migration } from '../../database/migrate.ts'

export const artifactTreeMigrations: readonly Migration[] = [
  {
    name: 'artifact-tree-1',
    up: async ({ schema }) => {
      // The rows lie in the order of their paths, so that a folder is one stretch of the table.
      await schema
        .createTable('artifact_file')
        .addColumn('path', 'text', (column) => column.notNull().primaryKey())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('logged_ms', 'bigint', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute()
    },
  },
]
