/** CSV by a signature is read alike in requests and in files. */
export { type CsvRowsOptions, csvLine, csvRows, readCsv } from '@regia/engine'
