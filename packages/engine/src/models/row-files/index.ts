export { type CsvRowsOptions, csvRowReader, csvRows } from './csv-rows.ts'
export { readCsv } from './read-csv.ts'
export {
  ROW_FORMATS,
  type RowFormat,
  rowFormatOf,
  type ScoredText,
  type ScoreRowsOptions,
  scoreRows,
} from './score-rows.ts'
export { csvLine } from './write-csv.ts'
