import type { Migration } from '../database/migrate.ts'

export const notificationMigrations: readonly Migration[] = [
  {
    name: 'notifications-1',
    up: async ({ schema }) => {
      await schema
        .createTable('notifier')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('notification')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('notifier', 'text', (column) => column.notNull())
        .addColumn('event', 'text', (column) => column.notNull())
        .addColumn('occasion', 'text', (column) => column.notNull())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('next_at', 'bigint', (column) => column.notNull())
        .addColumn('error', 'text')
        .addUniqueConstraint('notification_once', ['notifier', 'occasion'])
        .execute()
      await schema.createIndex('notification_due').on('notification').columns(['status', 'next_at']).execute()
      await schema
        .createTable('told')
        .addColumn('occasion', 'text', (column) => column.primaryKey())
        .addColumn('told_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('told_position')
        .addColumn('source', 'text', (column) => column.primaryKey())
        .addColumn('position', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
]
