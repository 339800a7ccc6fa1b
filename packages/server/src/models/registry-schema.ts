import { type CreateTableBuilder, sql, type Transaction } from 'kysely'

type Connection = Transaction<unknown>

/** The registry's tables under names that end in `_next`; a change of a model's name reaches all of them. */
export async function createRegistry({ schema }: Connection): Promise<void> {
  await schema
    .createTable('model_next')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('last_version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('deleted_by', 'text')
    .addColumn('deleted_name', 'text')
    .execute()
  await ofModel(schema.createTable('model_version_next'), 'model_next')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('packaging', 'text', (column) => column.notNull())
    .addColumn('packaging_reason', 'text')
    .addColumn('packaging_hint', 'text')
    .addColumn('package_digest', 'text')
    .addColumn('package', 'text')
    .addColumn('report', 'text')
    .addColumn('lineage', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('source', 'text')
    .addColumn('run_id', 'text')
    .addColumn('run_link', 'text')
    .addColumn('logged_model_id', 'text')
    .addColumn('created_by', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('deleted_by', 'text')
    .addPrimaryKeyConstraint('model_version_pk', ['model', 'version'])
    .execute()
  await ofModel(schema.createTable('model_alias_next'), 'model_next')
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_alias_pk', ['model', 'alias'])
    .execute()
  await ofModel(schema.createTable('alias_move_next'), 'model_next')
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('from_version', 'integer')
    .addColumn('to_version', 'integer')
    .addColumn('moved_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('moved_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('alias_move_pk', ['model', 'number'])
    .execute()
}

/** What homes of before hold, into the new tables: every version of then has a package. */
export async function copyRegistry(database: Connection): Promise<void> {
  await sql`insert into model_next (name, description, last_version, created_at, updated_at)
    select name, description, coalesce((select max(version) from model_version where model = name), 0), created_at, updated_at
    from model`.execute(database)
  await sql`insert into model_version_next
      (model, version, packaging, package_digest, package, report, lineage, description, stage, run_id, created_at, updated_at)
    select model, version, 'packaged', package_digest, package, report, lineage, '', 'None', json_extract(lineage, '$.runId'),
      created_at, created_at
    from model_version`.execute(database)
  await sql`insert into model_alias_next (model, alias, version) select model, alias, version from model_alias`.execute(
    database,
  )
  await sql`insert into alias_move_next (model, number, alias, from_version, to_version, moved_by, reason, moved_at)
    select model, number, alias, from_version, to_version, moved_by, reason, moved_at from alias_move`.execute(database)
}

/** What came with the registry: tags, protected aliases and the requests to move them, cards. */
export async function createRegistryDetails({ schema }: Connection): Promise<void> {
  await ofModel(schema.createTable('model_tag'), 'model')
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_tag_pk', ['model', 'key'])
    .execute()
  await ofModel(schema.createTable('model_version_tag'), 'model')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_version_tag_pk', ['model', 'version', 'key'])
    .execute()
  await ofModel(schema.createTable('model_protected_alias'), 'model')
    .addColumn('alias', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_protected_alias_pk', ['model', 'alias'])
    .execute()
  await ofModel(
    schema.createTable('alias_request').addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement()),
    'model',
  )
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('from_version', 'integer')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'text', (column) => column.notNull())
    .addColumn('decided_by', 'text')
    .addColumn('comment', 'text')
    .addColumn('decided_at', 'text')
    .execute()
  await ofModel(schema.createTable('model_card'), 'model')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('edited_by', 'text', (column) => column.notNull())
    .addColumn('edited_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_card_pk', ['model', 'version', 'number'])
    .execute()
  await createIndexes(schema)
}

async function createIndexes(schema: Connection['schema']): Promise<void> {
  const indexes: readonly (readonly [name: string, table: string, columns: string[]])[] = [
    ['model_updated', 'model', ['updated_at', 'name']],
    ['model_version_updated', 'model_version', ['updated_at', 'model', 'version']],
    ['model_version_digest', 'model_version', ['package_digest']],
    ['model_version_run', 'model_version', ['run_id']],
    ['model_version_packaging', 'model_version', ['packaging']],
    ['model_tag_key', 'model_tag', ['key', 'value']],
    ['model_version_tag_key', 'model_version_tag', ['key', 'value']],
    ['alias_request_model', 'alias_request', ['model', 'status']],
  ]
  for (const [name, table, columns] of indexes) await schema.createIndex(name).on(table).columns(columns).execute()
}

const ofModel = <Columns extends string>(
  table: CreateTableBuilder<string, Columns>,
  model: 'model' | 'model_next',
): CreateTableBuilder<string, Columns | 'model'> =>
  table.addColumn('model', 'text', (column) =>
    column.notNull().references(`${model}.name`).onUpdate('cascade').onDelete('cascade'),
  )
