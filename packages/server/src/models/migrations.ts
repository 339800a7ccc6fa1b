import type { Migration } from '../database/migrate.ts'
import { copyRegistry, createRegistry, createRegistryDetails } from './registry-schema.ts'

export const modelMigrations: readonly Migration[] = [
  {
    name: 'models-1',
    up: async ({ schema }) => {
      await schema
        .createTable('model')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('model_version')
        .addColumn('model', 'text', (column) => column.notNull().references('model.name'))
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('package_digest', 'text', (column) => column.notNull())
        .addColumn('package', 'text', (column) => column.notNull())
        .addColumn('report', 'text')
        .addColumn('lineage', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('model_version_key', ['model', 'version'])
        .addUniqueConstraint('model_version_digest', ['model', 'package_digest'])
        .execute()
      await schema
        .createTable('model_alias')
        .addColumn('model', 'text', (column) => column.notNull().references('model.name'))
        .addColumn('alias', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('model_alias_key', ['model', 'alias'])
        .execute()
      await schema
        .createTable('alias_move')
        .addColumn('model', 'text', (column) => column.notNull().references('model.name'))
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('alias', 'text', (column) => column.notNull())
        .addColumn('from_version', 'integer')
        .addColumn('to_version', 'integer', (column) => column.notNull())
        .addColumn('moved_by', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('moved_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('alias_move_key', ['model', 'number'])
        .execute()
    },
  },
  {
    // A version need not have a package, an alias can be taken away, and a model can change its name: tables are made anew, since SQLite cannot drop NOT NULL.
    name: 'models-2',
    up: async (database) => {
      await createRegistry(database)
      await copyRegistry(database)
      for (const table of ['alias_move', 'model_alias', 'model_version', 'model']) {
        await database.schema.dropTable(table).execute()
      }
      // References follow a table to its new name.
      for (const table of ['model', 'model_version', 'model_alias', 'alias_move']) {
        await database.schema.alterTable(`${table}_next`).renameTo(table).execute()
      }
      await createRegistryDetails(database)
    },
  },
  {
    name: 'models-3',
    up: async ({ schema }) => {
      await schema.alterTable('model_version').addColumn('location', 'text').execute()
    },
  },
  {
    name: 'models-4',
    up: async ({ schema }) => {
      await schema
        .createTable('model_optimisation')
        .addColumn('number', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('model', 'text', (column) =>
          column.notNull().references('model.name').onUpdate('cascade').onDelete('cascade'),
        )
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('request', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('progress', 'text', (column) => column.notNull())
        .addColumn('report', 'text')
        .addColumn('made_version', 'integer')
        .addColumn('error', 'text')
        .addColumn('asked_by', 'text', (column) => column.notNull())
        .addColumn('started_at', 'text', (column) => column.notNull())
        .addColumn('ended_at', 'text')
        .execute()
      await schema
        .createIndex('model_optimisation_model')
        .on('model_optimisation')
        .columns(['model', 'number'])
        .execute()
    },
  },
]
