import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'

/** What is about to go: its rows need nothing. */
export type Leaving = {
  readonly runs: ReadonlySet<string>
  readonly entries: ReadonlySet<string>
  readonly jobs: ReadonlySet<string>
}

/**
 * Tables and columns whose digests keep nothing: what can be drawn again from other rows, keys, what only says
 * how something was, and what people write down.
 * Every other text of the database counts, of tables too that come after this was written: rather keep too much than lose something.
 */
const NOT_COUNTED: Readonly<Record<string, readonly string[] | 'all'>> = {
  migration: 'all',
  counter: 'all',
  lineage_run: 'all',
  lineage_output: 'all',
  lineage_source: 'all',
  lineage_model: 'all',
  last_decision: 'all',
  run_log: 'all',
  run_metric: 'all',
  sketch: 'all',
  label: 'all',
  shadow_pair: 'all',
  catalog_file: 'all',
  run_param: 'all',
  run_tag: 'all',
  experiment_tag: 'all',
  logged_model_param: 'all',
  logged_model_tag: 'all',
  tracking_key: 'all',
  catalog_table: 'all',
  step_run: ['cache', 'cache_key', 'attempts', 'error'],
  map_item: ['key', 'cache_key', 'attempts', 'error'],
  cache_entry: ['key', 'metrics'],
}

const ROWS_A_TURN = 1_000
const DIGEST = /sha256:[0-9a-f]{64}/g

export const digestsIn = (text: string): readonly string[] => text.match(DIGEST) ?? []

/** Every digest that a row which stays speaks of. */
export async function neededDigests(connection: Connection, leaving: Leaving): Promise<Set<string>> {
  const needed = new Set<string>()
  for (const table of await textTables(connection)) await addFrom(connection, table, leaving, needed)
  return needed
}

type TextTable = {
  readonly name: string
  readonly columns: readonly string[]
  readonly owner: string | undefined
  /** What its rows are ordered by and read on from: their number, or the key where they have none. */
  readonly key: readonly string[]
}

async function textTables(connection: Connection): Promise<readonly TextTable[]> {
  const tables = await connection.introspection.getTables()
  const keys = await keysWithoutNumbers(connection)
  return tables.flatMap(({ name, columns, isView }) => {
    const left = NOT_COUNTED[name] ?? []
    if (isView || left === 'all') return []
    const texts = columns.filter(({ dataType }) => dataType.toLowerCase() === 'text').map((column) => column.name)
    const key = keys.get(name) ?? ['rowid']
    return [{ name, columns: texts.filter((column) => !left.includes(column)), owner: ownerOf(name, texts), key }]
  })
}

/** The keys of tables whose rows have no number (`without rowid`). */
async function keysWithoutNumbers(connection: Connection): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await sql<{ name: string; column: string }>`
    select tables.name, columns.name as column from pragma_table_list tables, pragma_table_info(tables.name) columns
    where tables.schema = 'main' and tables.wr = 1 and columns.pk > 0 order by tables.name, columns.pk
  `.execute(connection)
  return new Map([...Map.groupBy(rows, ({ name }) => name)].map(([name, all]) => [name, all.map((row) => row.column)]))
}

const JOBS: ReadonlySet<string> = new Set(['scoring_job', 'model_optimisation'])

/** The column by which a row goes with its run, cache entry or job. */
function ownerOf(table: string, columns: readonly string[]): string | undefined {
  if (table === 'run' || JOBS.has(table)) return 'id'
  if (table === 'cache_entry') return 'key'
  if (table === 'step_run' || table === 'map_run') return 'run_id'
  return table === 'map_item' && columns.includes('step_run_id') ? 'step_run_id' : undefined
}

type TextRow = { readonly owner: string | null; readonly [text: string]: unknown }

async function addFrom(connection: Connection, table: TextTable, leaving: Leaving, needed: Set<string>): Promise<void> {
  if (table.columns.length === 0) return
  const isLeaving = await leavingRows(connection, table, leaving)
  for (let after: readonly unknown[] | undefined; ; ) {
    const rows = await readRows(connection, table, after)
    for (const row of rows) {
      if (row.owner !== null && isLeaving(row.owner)) continue
      for (const i of table.columns.keys()) {
        const text = row[`text_${i}`]
        if (typeof text === 'string') for (const digest of digestsIn(text)) needed.add(digest)
      }
    }
    const last = rows.at(-1)
    if (rows.length < ROWS_A_TURN || last === undefined) return
    after = table.key.map((_, i) => last[`key_${i}`])
    // Predictions need no database; they are answered in between.
    await turn()
  }
}

async function readRows(
  connection: Connection,
  { name, columns, owner, key }: TextTable,
  after: readonly unknown[] | undefined,
): Promise<readonly TextRow[]> {
  const list = (names: readonly string[]) => sql.join(names.map((column) => sql.ref(column)))
  const named = (names: readonly string[], as: string) =>
    names.map((column, i) => sql`${sql.ref(column)} as ${sql.id(`${as}_${i}`)}`)
  const holds = sql.join(
    columns.map((column) => sql`${sql.ref(column)} like '%sha256:%'`),
    sql` or `,
  )
  const isBehind = after === undefined ? sql`true` : sql`(${list(key)}) > (${sql.join(after)})`
  const { rows } = await sql<TextRow>`
    select ${owner === undefined ? sql`null` : sql.ref(owner)} as owner, ${sql.join([...named(key, 'key'), ...named(columns, 'text')])}
    from ${sql.table(name)} where ${isBehind} and (${holds}) order by ${list(key)} limit ${ROWS_A_TURN}
  `.execute(connection)
  return rows
}

async function leavingRows(
  connection: Connection,
  { name }: TextTable,
  { runs, entries, jobs }: Leaving,
): Promise<(owner: string) => boolean> {
  if (name === 'cache_entry') return (key) => entries.has(key)
  if (JOBS.has(name)) return (id) => jobs.has(id)
  if (name !== 'map_item' || runs.size === 0) return (runId) => runs.has(runId)
  const steps = await sql<{ id: string; run_id: string }>`select step_run_id as id, run_id from map_run`.execute(
    connection,
  )
  const leaving = new Set(steps.rows.filter(({ run_id }) => runs.has(run_id)).map(({ id }) => id))
  return (stepRunId) => leaving.has(stepRunId)
}
