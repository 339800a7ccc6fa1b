import type { Migration } from '../database/migrate.ts'

export const webhookMigrations: readonly Migration[] = [
  {
    name: 'webhooks-1',
    up: async ({ schema }) => {
      await schema
        .createTable('webhook')
        .addColumn('number', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('events', 'text', (column) => column.notNull())
        .addColumn('description', 'text')
        .addColumn('secret', 'text')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('webhook_delivery')
        .addColumn('number', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('webhook', 'text', (column) => column.notNull())
        .addColumn('event', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('next_at', 'bigint', (column) => column.notNull())
        .addColumn('response_status', 'integer')
        .addColumn('error', 'text')
        .execute()
      await schema.createIndex('webhook_delivery_due').on('webhook_delivery').columns(['status', 'next_at']).execute()
      await schema.createIndex('webhook_delivery_of').on('webhook_delivery').columns(['webhook', 'number']).execute()
    },
  },
]
