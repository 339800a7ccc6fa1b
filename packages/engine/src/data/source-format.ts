import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { RegiaError } from '@regia/core'
import { sqlPath } from './sql.ts'

export type SourceFormat = 'csv' | 'tsv' | 'json-lines' | 'json' | 'parquet'

const ENDINGS: readonly (readonly [RegExp, SourceFormat])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.tsv(\.gz)?$/i, 'tsv'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'json-lines'],
  [/\.json(\.gz)?$/i, 'json'],
  [/\.parquet$/i, 'parquet'],
]

/** @throws RegiaError `DATA_UNREADABLE` when the ending says no format that we read. */
export function formatOf(name: string): SourceFormat {
  const format = ENDINGS.find(([ending]) => ending.test(name))?.[1]
  if (format) return format
  throw new RegiaError('DATA_UNREADABLE', `The name "${basename(name)}" does not say a format that we read.`, {
    where: name,
    hint: 'Name the file .csv, .tsv, .jsonl, .ndjson, .json or .parquet; texts may end in .gz as well.',
  })
}

/** A SELECT over a file, typed by what it holds. A blob's name has no ending: where no format is said it is Parquet, as everything that we write. */
export function selectFile(path: string, said?: SourceFormat): string {
  const format = said ?? ENDINGS.find(([ending]) => ending.test(path))?.[1] ?? 'parquet'
  return `SELECT * FROM ${READERS[format](sqlPath(path))}`
}

const READERS: Readonly<Record<SourceFormat, (path: string) => string>> = {
  csv: (path) => `read_csv(${path}, header = true, sample_size = -1)`,
  tsv: (path) => `read_csv(${path}, header = true, delim = '\t', sample_size = -1)`,
  'json-lines': (path) => `read_json(${path}, format = 'newline_delimited', sample_size = -1)`,
  json: (path) => `read_json(${path}, sample_size = -1)`,
  parquet: (path) => `read_parquet(${path})`,
}

/** @throws RegiaError `DATA_UNREADABLE` when there is no such file, `DATA_EMPTY` when it has no byte. */
export async function assertSourceFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw new RegiaError('DATA_UNREADABLE', 'There is no such file, or it may not be read.', {
      where: path,
      hint: 'Check the path; a relative one starts at the project folder.',
      cause: error,
    })
  })
  if (!found.isFile()) {
    throw new RegiaError('DATA_UNREADABLE', 'This is not a file.', {
      where: path,
      hint: 'Name one file of the folder.',
    })
  }
  if (found.size === 0) {
    throw new RegiaError('DATA_EMPTY', 'The file is empty.', { where: path, hint: 'Export it again with its rows.' })
  }
}
