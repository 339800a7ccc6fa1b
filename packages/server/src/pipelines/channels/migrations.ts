import type { Migration } from '../../database/migrate.ts'

export const channelMigrations: readonly Migration[] = [
  {
    name: 'pipeline-channels-1',
    up: async ({ schema }) => {
      await schema
        .createTable('pipeline_channel')
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('channel', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('moved_at', 'text', (column) => column.notNull())
        .addColumn('moved_by', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('pipeline_channel_key', ['pipeline', 'channel'])
        .addForeignKeyConstraint('pipeline_channel_version', ['pipeline', 'version'], 'pipeline_version', [
          'pipeline',
          'version',
        ])
        .execute()
      await schema
        .createTable('channel_move')
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('channel', 'text', (column) => column.notNull())
        .addColumn('from_version', 'integer')
        .addColumn('to_version', 'integer', (column) => column.notNull())
        .addColumn('is_rollback', 'integer', (column) => column.notNull())
        .addColumn('moved_by', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('moved_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('channel_move_key', ['pipeline', 'number'])
        .execute()
    },
  },
]
