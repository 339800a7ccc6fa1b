import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type ArtifactTree, type Page, RegiaError, type Row, rowSchema } from '@regia/core'
import type { DataWorker } from '@regia/engine'
import { z } from 'zod'
import { endingOf } from '../../http/media-types.ts'
import { pageOf } from '../../http/paging.ts'

export type PreviewDeps = {
  readonly tree: ArtifactTree
  readonly worker: Pick<DataWorker, 'rows'>
  readonly tempDir: string
}
export type RowWindow = { readonly limit: number; readonly offset: number }

/** A Parquet file says where its rows are; any other must be read whole to count them. */
const MAX_TEXT_BYTES = 200_000_000
const MAX_JSON_BYTES = 20_000_000

/** By the ending of a name, how its rows are read. */
const READERS: Readonly<Record<string, 'parquet' | 'text' | 'json'>> = {
  parquet: 'parquet',
  csv: 'text',
  tsv: 'text',
  jsonl: 'text',
  ndjson: 'text',
  json: 'json',
}

/**
 * Rows of a table among the files: Parquet, CSV, TSV, JSON lines, and JSON that is a list of objects or has `columns` and `data`.
 *
 * @param path - Whole, from the root of the tree.
 * @throws RegiaError `NOT_FOUND`, `DATA_UNREADABLE` for what is no table, `PAYLOAD_TOO_LARGE`.
 */
export async function previewRows(deps: PreviewDeps, path: string, window: RowWindow): Promise<Page<Row>> {
  const { sizeBytes } = await deps.tree.get(path)
  const reader = READERS[endingOf(path)]
  if (reader === undefined) throw noTable(path)
  if (sizeBytes > (reader === 'json' ? MAX_JSON_BYTES : reader === 'text' ? MAX_TEXT_BYTES : Number.POSITIVE_INFINITY))
    throw new RegiaError('PAYLOAD_TOO_LARGE', `"${path}" has ${sizeBytes} bytes: too many to look at its rows.`, {
      where: path,
      hint: 'Download it, or log it as Parquet.',
    })
  const file = await deps.tree.localPath(path)
  if (reader === 'json') return cut(parseRows(await readFile(file, 'utf8'), path), window)
  // Rows of Parquet are found without an ending; for the others it says how they are written.
  return reader === 'parquet' ? readPage(deps, file, window) : withEnding(deps, file, path, window)
}

async function readPage({ worker }: PreviewDeps, path: string, { limit, offset }: RowWindow): Promise<Page<Row>> {
  const { rows, total } = await worker.rows({ path, limit, offset })
  return pageOf(rows, total, offset)
}

async function withEnding(deps: PreviewDeps, file: string, path: string, window: RowWindow): Promise<Page<Row>> {
  const named = join(deps.tempDir, `preview-${randomUUID()}.${endingOf(path)}`)
  await mkdir(deps.tempDir, { recursive: true })
  await symlink(file, named)
  try {
    return await readPage(deps, named, window)
  } finally {
    await rm(named, { force: true })
  }
}

const splitSchema = z.object({ columns: z.array(z.string()), data: z.array(z.array(z.json())) })
const rowsSchema = z.array(rowSchema)

/** As `log_table` of MLflow's clients and as pandas write a table. */
function parseRows(text: string, path: string): readonly Row[] {
  const value = parseJson(text)
  const split = splitSchema.safeParse(value).data
  const entries = split?.data.map((cells) => split.columns.map((name, i) => [name, cellOf(cells[i])] as const))
  const rows = rowsSchema.safeParse(entries ? entries.map((each) => Object.fromEntries(each)) : value).data
  if (rows) return rows
  throw noTable(path)
}

/** A row holds plain values; what is deeper is shown as its JSON. */
const cellOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const cut = (rows: readonly Row[], { limit, offset }: RowWindow): Page<Row> =>
  pageOf(rows.slice(offset, offset + limit), rows.length, offset)

const noTable = (path: string): RegiaError =>
  new RegiaError('DATA_UNREADABLE', `"${path}" is no table.`, {
    where: path,
    hint: 'Rows are shown of .parquet, .csv, .tsv, .jsonl, and of .json with a list of rows or with "columns" and "data".',
  })
