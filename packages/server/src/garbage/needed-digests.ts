import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'

/** What is about to go: its rows need nothing. */
export type Leaving = { readonly runs: ReadonlySet<string>; readonly entries: ReadonlySet<string> }

/**
 * Tables and columns whose digests keep nothing: what can be drawn again from other rows, keys, and what only says how something was.
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

type TextTable = { readonly name: string; readonly columns: readonly string[]; readonly owner: string | undefined }

async function textTables(connection: Connection): Promise<readonly TextTable[]> {
  const tables = await connection.introspection.getTables()
  return tables.flatMap(({ name, columns, isView }) => {
    const left = NOT_COUNTED[name] ?? []
    if (isView || left === 'all') return []
    const texts = columns.filter(({ dataType }) => dataType.toLowerCase() === 'text').map((column) => column.name)
    return [{ name, columns: texts.filter((column) => !left.includes(column)), owner: ownerOf(name, texts) }]
  })
}

/** The column by which a row goes with its run or cache entry. */
function ownerOf(table: string, columns: readonly string[]): string | undefined {
  if (table === 'run') return 'id'
  if (table === 'cache_entry') return 'key'
  if (table === 'step_run' || table === 'map_run') return 'run_id'
  return table === 'map_item' && columns.includes('step_run_id') ? 'step_run_id' : undefined
}

type TextRow = { readonly place: number; readonly owner: string | null; readonly [text: string]: unknown }

async function addFrom(connection: Connection, table: TextTable, leaving: Leaving, needed: Set<string>): Promise<void> {
  if (table.columns.length === 0) return
  const isLeaving = await leavingRows(connection, table, leaving)
  const texts = sql.join(table.columns.map((column, i) => sql`${sql.ref(column)} as ${sql.id(`text_${i}`)}`))
  const holds = sql.join(
    table.columns.map((column) => sql`${sql.ref(column)} like '%sha256:%'`),
    sql` or `,
  )
  for (let after = 0; ; ) {
    const { rows } = await sql<TextRow>`
      select rowid as place, ${table.owner === undefined ? sql`null` : sql.ref(table.owner)} as owner, ${texts}
      from ${sql.table(table.name)} where rowid > ${after} and (${holds}) order by rowid limit ${ROWS_A_TURN}
    `.execute(connection)
    for (const { place, owner, ...values } of rows) {
      after = place
      if (owner !== null && isLeaving(owner)) continue
      for (const text of Object.values(values)) {
        if (typeof text === 'string') for (const digest of digestsIn(text)) needed.add(digest)
      }
    }
    if (rows.length < ROWS_A_TURN) return
    // Predictions need no database; they are answered in between.
    await turn()
  }
}

async function leavingRows(
  connection: Connection,
  { name }: TextTable,
  { runs, entries }: Leaving,
): Promise<(owner: string) => boolean> {
  if (name === 'cache_entry') return (key) => entries.has(key)
  if (name !== 'map_item' || runs.size === 0) return (runId) => runs.has(runId)
  const steps = await sql<{ id: string; run_id: string }>`select step_run_id as id, run_id from map_run`.execute(
    connection,
  )
  const leaving = new Set(steps.rows.filter(({ run_id }) => runs.has(run_id)).map(({ id }) => id))
  return (stepRunId) => leaving.has(stepRunId)
}
