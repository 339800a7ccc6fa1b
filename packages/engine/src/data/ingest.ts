import { rm, stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { RegiaError, type TableSchema } from '@regia/core'
import { FILE_TYPES } from './column-types.ts'
import type { DataEngineOptions, IngestRequest, IngestResult, OnProgress } from './data-engine.ts'
import { type IngestSource, openSource, type Reject } from './ingest-source.ts'
import { withDuckDB } from './open-duckdb.ts'
import { profileSelect } from './profile.ts'
import { readNumber, readRows } from './read-table.ts'
import { assertSourceFile, formatOf, type SourceFormat } from './source-format.ts'
import { sqlName, sqlPath, sqlText } from './sql.ts'
import { planValidation, type Validation } from './validation.ts'
import { giveName, partialPath } from './whole-file.ts'

export type Broken = { readonly rule: number; readonly rowCount: number }

/** Validates and keeps a file. Both outputs get their names at the end, so that a failure leaves none of them. */
export async function ingest(
  options: DataEngineOptions,
  request: IngestRequest,
  onProgress: OnProgress = () => undefined,
): Promise<IngestResult> {
  const format = formatOf(request.sourceName ?? request.sourcePath)
  await assertSourceFile(request.sourcePath)
  const partial = { valid: await partialPath(request.outputPath), broken: await partialPath(request.quarantinePath) }
  const paths = [request.sourcePath, partial.valid, partial.broken]
  const work = (connection: DuckDBConnection) => judgeAndWrite(connection, request, format, partial, onProgress)
  // Pushed down, the filter on the broken rule would parse and judge every row a second time.
  const settings = { disabled_optimizers: 'filter_pushdown' }
  try {
    const result = await withDuckDB(options, paths, work, settings)
    await giveName(partial.valid, request.outputPath)
    if (result.quarantinedRowCount > 0) await giveName(partial.broken, request.quarantinePath)
    onProgress({ fraction: 1, message: 'done' })
    return { ...result, sizeBytes: (await stat(request.outputPath)).size }
  } finally {
    await Promise.all(Object.values(partial).map((path) => rm(path, { force: true })))
  }
}

/** Where the outputs stand until they are whole. */
type PartialPaths = { readonly valid: string; readonly broken: string }

async function judgeAndWrite(
  connection: DuckDBConnection,
  request: IngestRequest,
  format: SourceFormat,
  partial: PartialPaths,
  onProgress: OnProgress,
): Promise<Omit<IngestResult, 'sizeBytes'>> {
  onProgress({ fraction: 0.02, message: 'reading the columns' })
  await assertPatterns(connection, request.schema)
  const known = new Set(request.schema?.columns.map(({ name }) => name))
  const source = await openSource(connection, request.sourcePath, format, known)
  const plan = planValidation(source, request.schema, request.sourceName ?? request.sourcePath)
  onProgress({ fraction: 0.1, message: 'validating the rows' })
  const { rejects, ...counts } = await countRows(connection, source, plan, request)
  onProgress({ fraction: 0.4, message: 'writing the valid rows' })
  await writeValid(connection, plan, partial.valid)
  if (counts.quarantinedRowCount > 0) await writeBroken(connection, plan, rejects, partial.broken)
  onProgress({ fraction: 0.7, message: 'profiling' })
  const profile = await profileSelect(connection, `SELECT * FROM read_parquet(${sqlPath(partial.valid)})`)
  return { ...counts, columns: plan.columns.map(({ name, type }) => ({ name, type })), profile }
}

async function countRows(connection: DuckDBConnection, source: IngestSource, plan: Validation, request: IngestRequest) {
  const rows = await readRows(connection, `SELECT rule, count(*) AS n FROM (${plan.select}) GROUP BY rule`)
  const counts: readonly Broken[] = rows.map((row) => ({ rule: Number(row.rule), rowCount: Number(row.n) }))
  const rejects = await source.rejects(connection)
  const validRowCount = counts.find(({ rule }) => rule === 0)?.rowCount ?? 0
  const rowCount = counts.reduce((sum, count) => sum + count.rowCount, 0) + rejects.length
  const reasons = reasonsOf(plan, counts, rejects)
  assertSomeRows(request, rowCount, validRowCount, reasons)
  return { rowCount, validRowCount, quarantinedRowCount: rowCount - validRowCount, reasons, rejects }
}

export function reasonsOf(
  plan: Validation,
  counts: readonly Broken[],
  rejects: readonly Reject[],
): IngestResult['reasons'] {
  const rowCounts = new Map<string, number>()
  for (const { rule, rowCount } of counts) if (rule > 0) rowCounts.set(plan.rules[rule - 1]!.text, rowCount)
  for (const { rule } of rejects) rowCounts.set(rule, (rowCounts.get(rule) ?? 0) + 1)
  return [...rowCounts].map(([reason, rowCount]) => ({ reason, rowCount })).sort((a, b) => b.rowCount - a.rowCount)
}

function assertSomeRows(
  request: IngestRequest,
  rowCount: number,
  validRowCount: number,
  reasons: IngestResult['reasons'],
): void {
  const where = request.sourceName ?? request.sourcePath
  if (rowCount === 0) {
    throw new RegiaError('DATA_EMPTY', 'The file has columns but no row.', {
      where,
      hint: 'Export it again with its rows.',
    })
  }
  if (validRowCount > 0) return
  const said = reasons.slice(0, 3).map(({ reason, rowCount: count }) => `${reason} (${count} rows)`)
  throw new RegiaError('SCHEMA_VIOLATED', `None of the ${rowCount} rows fulfils the schema: ${said.join('; ')}.`, {
    where,
    hint: 'Correct the file or the schema.',
    data: { reasons: reasons.map((reason) => ({ ...reason })) },
  })
}

async function writeValid(connection: DuckDBConnection, plan: Validation, path: string): Promise<void> {
  const columns = plan.columns.map(({ name, type }, i) => `CAST(v${i} AS ${FILE_TYPES[type]}) AS ${sqlName(name)}`)
  await writeParquet(connection, `SELECT ${columns.join(', ')} FROM (${plan.select}) WHERE rule = 0`, path)
}

/** The broken rows as they came, with what is wrong with each. */
export async function writeBroken(
  connection: DuckDBConnection,
  plan: Validation,
  rejects: readonly Reject[],
  path: string,
): Promise<void> {
  const kept = plan.columns.map(({ name }, i) => ({ name, raw: `r${i}` })).filter(({ name }) => name !== REASON_COLUMN)
  const columns = kept.map(({ name, raw }) => `${raw} AS ${sqlName(name)}`)
  const cases = plan.rules.map(({ reason }, i) => `WHEN ${i + 1} THEN ${reason}`)
  const selects = [
    `SELECT ${[...columns, `CASE rule ${cases.join(' ')} END AS ${REASON_COLUMN}`].join(', ')} FROM (${plan.select}) WHERE rule > 0`,
  ]
  if (rejects.length > 0) {
    const nulls = kept.map(() => 'NULL')
    const reasons = rejects.map(({ reason }) => sqlText(reason)).join(', ')
    selects.push(`SELECT ${[...nulls, `unnest([${reasons}])`].join(', ')}`)
  }
  await writeParquet(connection, selects.join(' UNION ALL '), path)
}

export const REASON_COLUMN = '_reason'

async function writeParquet(connection: DuckDBConnection, select: string, path: string): Promise<void> {
  await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`)
}

async function assertPatterns(connection: DuckDBConnection, schema: TableSchema | undefined): Promise<void> {
  for (const { name, pattern } of schema?.columns ?? []) {
    if (pattern === undefined) continue
    await readNumber(connection, `SELECT CAST(regexp_matches('', ${sqlText(pattern)}) AS INTEGER)`).catch((cause) => {
      throw new RegiaError('INVALID_INPUT', `The schema's pattern ${pattern} is not a regular expression.`, {
        where: name,
        hint: 'Use RE2 syntax, which has no look-ahead and no back-references.',
        cause,
      })
    })
  }
}
