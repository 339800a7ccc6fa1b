export { type CsvRowsOptions, csvRows } from './csv-rows.ts'
export { readCsv } from './read-csv.ts'
export { csvLine } from './write-csv.ts'
