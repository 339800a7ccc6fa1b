import type { ReferenceProfile } from '@regia/core'
import type { JsonText } from '../../database/json-text.ts'
import type { Migration } from '../../database/migrate.ts'

/** Times are milliseconds since 1970. */
export type ReferenceTables = {
  /** References that were taken of predictions, for versions that came without one. */
  logged_reference: {
    endpoint: string
    version: number
    /** An endpoint that was made anew may serve another model under the same numbers. */
    model: string
    profile: JsonText<ReferenceProfile>
    from_at: number
    until_at: number
    taken_at: number
  }
}

export const referenceMigration: Migration = {
  name: 'serving-logged-reference',
  up: async ({ schema }) => {
    await schema
      .createTable('logged_reference')
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('profile', 'text', (column) => column.notNull())
      .addColumn('from_at', 'bigint', (column) => column.notNull())
      .addColumn('until_at', 'bigint', (column) => column.notNull())
      .addColumn('taken_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('logged_reference_key', ['endpoint', 'version'])
      .execute()
  },
}
