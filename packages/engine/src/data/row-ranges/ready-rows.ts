import { rm } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError, type TableSchema } from '@regia/core'
import { columnTypeOf, FILE_TYPES } from '../column-types.ts'
import type { IngestResult } from '../data-engine.ts'
import { type Broken, reasonsOf, writeBroken } from '../ingest.ts'
import { type IngestSource, openSource } from '../ingest-source.ts'
import { withDuckDB } from '../open-duckdb.ts'
import { isCopyable } from '../parquet/index.ts'
import { describe, readRows } from '../read-table.ts'
import { assertSourceFile, formatOf, type SourceFormat } from '../source-format.ts'
import { sqlName, sqlPath, sqlText } from '../sql.ts'
import { planValidation, type RowRule, type Validation } from '../validation.ts'
import { writeWhole } from '../whole-file.ts'
import { writeSelect } from '../write-table.ts'
import { planRanges } from './plan-ranges.ts'
import type { RangeRule, ReadyRows, ReadyRowsRequest } from './row-ranges.ts'

/** Text of more values than this is read by its letters. */
const DICTIONARY_VALUES = 10_000
const SAMPLED_ROWS = 100_000

/**
 * Judges a file's rows and makes it ready to be read range by range. Parquet whose columns are as they are wanted and whose rows are
 * all valid is read where it lies; everything else is brought into one Parquet file. Columns without a rule are kept as they are, those
 * of delimited text as the text that stands there.
 *
 * @throws RegiaError `DATA_UNREADABLE`, `DATA_EMPTY`, `COLUMN_MISSING`, `COLUMN_TYPE`; `SCHEMA_VIOLATED` when a row breaks a rule and
 *   no quarantine was named, or when all do.
 */
export async function readyRows(request: ReadyRowsRequest): Promise<ReadyRows> {
  const { options, sourcePath, sourceName, stagedPath, quarantinePath } = request
  const format = formatOf(sourceName)
  await assertSourceFile(sourcePath)
  const paths = [
    sourcePath,
    stagedPath,
    brokenPath(stagedPath),
    ...(quarantinePath === undefined ? [] : [quarantinePath]),
  ]
  // Pushed down, the filter on the broken rule would parse and judge every row a second time.
  const settings = { disabled_optimizers: 'filter_pushdown' }
  const judged = await withDuckDB(
    options,
    paths.flatMap((path) => [path, partialOf(path)]),
    (connection) => judge(connection, request, format),
    settings,
  )
  const path = judged.isStaged ? stagedPath : sourcePath
  const known = await withDuckDB(options, [path], (connection) => describeRows(connection, path, request))
  return { ...judged, ...known }
}

type Judged = Pick<ReadyRows, 'isStaged' | 'quarantinedRowCount' | 'reasons'>

async function judge(connection: DuckDBConnection, request: ReadyRowsRequest, format: SourceFormat): Promise<Judged> {
  const source = await openRaw(connection, request, format)
  const plan = withOwnRules(planValidation(source, schemaOf(request.rules), request.sourceName), request)
  const isReadable =
    format === 'parquet' &&
    request.rules.every((rule) => isAsWanted(source, rule)) &&
    (!request.isCopied ||
      (await isCopyable(
        request.sourcePath,
        source.columns.map(({ name }) => name),
      )))
  if (!isReadable) await stageAll(connection, request, source, plan)
  const counted = isReadable ? plan.select : `SELECT ${RULE} AS rule FROM read_parquet(${sqlPath(request.stagedPath)})`
  const rows = await readRows(connection, `SELECT rule, count(*) AS n FROM (${counted}) GROUP BY rule`)
  const counts: readonly Broken[] = rows.map((row) => ({ rule: Number(row.rule), rowCount: Number(row.n) }))
  const rejects = await source.rejects(connection)
  const reasons = reasonsOf(plan, counts, rejects)
  const quarantinedRowCount = reasons.reduce((sum, { rowCount }) => sum + rowCount, 0)
  assertJudgement(request, counts, quarantinedRowCount, reasons)
  if (quarantinedRowCount === 0) {
    return { isStaged: !isReadable, quarantinedRowCount, reasons }
  }
  if (isReadable) await stageAll(connection, request, source, plan)
  await keepValid(connection, request)
  await writeQuarantine(connection, request, (path) => writeBroken(connection, plan, rejects, path))
  return { isStaged: true, quarantinedRowCount, reasons }
}

/** In the format that its name says. */
async function writeQuarantine(
  connection: DuckDBConnection,
  { stagedPath, quarantinePath }: ReadyRowsRequest,
  writeBrokenTo: (path: string) => Promise<void>,
): Promise<void> {
  if (quarantinePath === undefined) return
  const broken = brokenPath(stagedPath)
  try {
    await writeBrokenTo(broken)
    const select = `SELECT * FROM read_parquet(${sqlPath(broken)})`
    await writeWhole(quarantinePath, (partial) => writeSelect(connection, select, partial))
  } finally {
    await rm(broken, { force: true })
  }
}

const brokenPath = (stagedPath: string): string => `${stagedPath}.broken.parquet`

/**
 * The file's columns. Those without a rule pass for text, which never breaks one; only JSON lines keep the types that were found, as
 * their text holds quotes.
 */
async function openRaw(
  connection: DuckDBConnection,
  { sourcePath, rules }: ReadyRowsRequest,
  format: SourceFormat,
): Promise<IngestSource> {
  const source = await openSource(connection, sourcePath, format, { has: () => true })
  if (format === 'json-lines') return source
  const ruled = new Set(rules.map(({ name }) => name))
  const columns = source.columns.map((column) => (ruled.has(column.name) ? column : { ...column, sqlType: 'VARCHAR' }))
  return { ...source, columns }
}

const isAsWanted = (source: IngestSource, { name, type }: RangeRule): boolean => {
  const found = source.columns.find((column) => column.name === name)
  return found !== undefined && columnTypeOf(found.sqlType) === type
}

const schemaOf = (rules: readonly RangeRule[]): TableSchema => ({ columns: [...rules], strict: false })

/** What no schema says: a text with NUL would be cut there and mean another category, and a key must be there. */
function withOwnRules(plan: Validation, { rules, notNull }: ReadyRowsRequest): Validation {
  const texts = new Set(rules.filter(({ type }) => type === 'string').map(({ name }) => name))
  const own: RowRule[] = []
  for (const [i, { name }] of plan.columns.entries()) {
    if (texts.has(name)) own.push(ownRule(`contains(v${i}, chr(0))`, `${name} holds the character NUL`))
    if (name === notNull) own.push(ownRule(`v${i} IS NULL`, `the key ${name} is null`))
  }
  if (own.length === 0) return plan
  const cases = own.map(({ condition }, i) => `WHEN ${condition} THEN ${plan.rules.length + i + 1}`)
  return {
    ...plan,
    rules: [...plan.rules, ...own],
    select: `SELECT * REPLACE (CASE WHEN rule > 0 THEN rule ${cases.join(' ')} ELSE 0 END AS rule) FROM (${plan.select})`,
  }
}

const ownRule = (condition: string, text: string): RowRule => ({ condition, text, reason: sqlText(text) })

/** The broken rule of each staged row; no column of a file can have that name twice. */
const RULE = '"regia broken rule"'

/** Every row that could be cut into columns, with the rule that it breaks: one pass over the text. */
async function stageAll(
  connection: DuckDBConnection,
  { stagedPath, rules, isCopied }: ReadyRowsRequest,
  source: IngestSource,
  plan: Validation,
): Promise<void> {
  const typeOf = new Map(rules.map(({ name, type }) => [name, type]))
  const columns = source.columns.map(({ name }, i) => {
    const type = typeOf.get(name)
    if (type) return `CAST(v${i} AS ${FILE_TYPES[type]}) AS ${sqlName(name)}`
    return `${source.isText ? `v${i}` : `r${i}`} AS ${sqlName(name)}`
  })
  const select = `SELECT ${[...columns, `rule AS ${RULE}`].join(', ')} FROM (${plan.select})`
  await writeParquet(connection, select, stagedPath, isCopied)
}

async function keepValid(connection: DuckDBConnection, { stagedPath, isCopied }: ReadyRowsRequest): Promise<void> {
  const select = `SELECT * FROM read_parquet(${sqlPath(stagedPath)}) WHERE ${RULE} = 0`
  await writeParquet(connection, select, stagedPath, isCopied)
}

/** Snappy for what is read once or twice and thrown away. */
const writeParquet = (connection: DuckDBConnection, select: string, path: string, isCopied: boolean): Promise<void> =>
  writeWhole(path, async (partial) => {
    const compression = isCopied ? 'zstd, COMPRESSION_LEVEL 1' : 'snappy'
    await connection.run(`COPY (${select}) TO ${sqlText(partial)} (FORMAT parquet, COMPRESSION ${compression})`)
  })

function assertJudgement(
  { sourceName, quarantinePath }: ReadyRowsRequest,
  counts: readonly Broken[],
  brokenCount: number,
  reasons: IngestResult['reasons'],
): void {
  const validCount = counts.find(({ rule }) => rule === 0)?.rowCount ?? 0
  if (validCount + brokenCount === 0) {
    throw new RegiaError('DATA_EMPTY', 'The file has columns but no row.', {
      where: sourceName,
      hint: 'Export it again with its rows.',
    })
  }
  if (brokenCount === 0 || (quarantinePath !== undefined && validCount > 0)) return
  const said = reasons.slice(0, 3).map(({ reason, rowCount }) => `${reason} (${rowCount})`)
  throw new RegiaError(
    'SCHEMA_VIOLATED',
    `${brokenCount} of ${validCount + brokenCount} rows cannot be scored: ${said.join('; ')}.`,
    {
      where: sourceName,
      hint: 'Correct the rows, leave them out, or have them put aside: --on-bad-row quarantine.',
      data: { reasons: reasons.map((reason) => ({ ...reason })) },
    },
  )
}

async function describeRows(connection: DuckDBConnection, path: string, { rules, rangeRows }: ReadyRowsRequest) {
  const file = `read_parquet(${sqlPath(path)})`
  const columns = (await describe(connection, `SELECT * FROM ${file}`)).map(({ name }) => name)
  const groups = await readRows(
    connection,
    `SELECT row_group_id AS id, min(row_group_num_rows) AS n FROM parquet_metadata(${sqlPath(path)}) GROUP BY ALL ORDER BY 1`,
  )
  const groupRows = groups.map(({ n }) => Number(n))
  const texts = rules.filter(({ type }) => type === 'string').map(({ name }) => name)
  return {
    columns: columns.filter((name) => sqlName(name) !== RULE),
    rowCount: groupRows.reduce((sum, rows) => sum + rows, 0),
    ranges: planRanges(groupRows, rangeRows),
    groupRows,
    dictionaries: await readDictionaries(connection, file, texts),
  }
}

async function readDictionaries(connection: DuckDBConnection, file: string, texts: readonly string[]) {
  if (texts.length === 0) return {}
  // Most that have many values have them within these rows, and are then not sorted whole.
  const counts = texts.map((name, i) => `approx_count_distinct(${sqlName(name)}) AS n${i}`)
  const sample = `SELECT * FROM ${file} LIMIT ${SAMPLED_ROWS}`
  const [counted] = await readRows(connection, `SELECT ${counts.join(', ')} FROM (${sample})`)
  const few = texts.filter((_, i) => Number(counted?.[`n${i}`]) <= DICTIONARY_VALUES)
  const dictionaries: Record<string, readonly string[]> = {}
  for (const name of few) {
    const value = `coalesce(CAST(${sqlName(name)} AS VARCHAR), '')`
    const distinct = `SELECT DISTINCT ${value} AS value FROM ${file}`
    const rows = await readRows(connection, `${distinct} ORDER BY 1 LIMIT ${DICTIONARY_VALUES + 1}`)
    if (rows.length <= DICTIONARY_VALUES) dictionaries[name] = rows.map((row) => String(row.value))
  }
  return dictionaries
}

/** Where `writeWhole` writes to. */
const partialOf = (path: string): string => path.replace(/[^/\\]*$/, (name) => `.partial-${name}`)
