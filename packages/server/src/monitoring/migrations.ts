import type { Migration } from '../database/migrate.ts'

export const monitoringMigrations: readonly Migration[] = [
  {
    name: 'monitoring-1',
    up: async ({ schema }) => {
      await schema
        .createTable('monitor')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('settled_until', 'bigint')
        .execute()
      await schema
        .createTable('monitor_window')
        .addColumn('monitor', 'text', (column) => column.notNull().references('monitor.name'))
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('from_ms', 'bigint', (column) => column.notNull())
        .addColumn('until_ms', 'bigint', (column) => column.notNull())
        .addColumn('is_final', 'integer', (column) => column.notNull())
        .addColumn('result', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('monitor_window_key', ['monitor', 'from_ms', 'version'])
        .execute()
      await schema
        .createTable('alert')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('monitor', 'text', (column) => column.notNull().references('monitor.name'))
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull().unique())
        .addColumn('alert', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('monitor_action')
        .addColumn('monitor', 'text', (column) => column.notNull().references('monitor.name'))
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('started_event_at', 'bigint', (column) => column.notNull())
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('monitor_action_key', ['monitor', 'pipeline'])
        .execute()
    },
  },
]
