import type { Migration } from '../database/migrate.ts'

export const scheduleMigrations: readonly Migration[] = [
  {
    name: 'schedules-1',
    up: async ({ schema }) => {
      await schema
        .createTable('schedule')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('is_paused', 'integer', (column) => column.notNull())
        .addColumn('position', 'bigint', (column) => column.notNull())
        .addColumn('next_at', 'bigint')
        .addColumn('secret_hash', 'text')
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('schedule_firing')
        .addColumn('schedule', 'text', (column) => column.notNull().references('schedule.name'))
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('occasion', 'text', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('fired_at', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('is_open', 'integer', (column) => column.notNull())
        .addColumn('waits', 'integer', (column) => column.notNull())
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('schedule_firing_key', ['schedule', 'number'])
        .addUniqueConstraint('schedule_firing_once', ['schedule', 'occasion'])
        .execute()
      await schema.createIndex('schedule_firing_state').on('schedule_firing').columns(['state', 'schedule']).execute()
    },
  },
  {
    name: 'schedules-2',
    up: async ({ schema }) => {
      await schema.alterTable('schedule_firing').dropColumn('waits').execute()
    },
  },
  {
    name: 'backfills-1',
    up: async ({ schema }) => {
      await schema
        .createTable('backfill')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('total', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('finished_at', 'text')
        .execute()
      await schema
        .createTable('backfill_item')
        .addColumn('backfill', 'text', (column) => column.notNull().references('backfill.id'))
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('params', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text')
        .addColumn('error', 'text')
        .addPrimaryKeyConstraint('backfill_item_key', ['backfill', 'number'])
        .execute()
      await schema.createIndex('backfill_item_state').on('backfill_item').columns(['backfill', 'state']).execute()
    },
  },
]
