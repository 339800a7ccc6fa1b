export { type AddColumnsRequest, addColumns } from './add-columns.ts'
export { isCopyable } from './parquet-fields.ts'
export { type AddedColumn, parquetOfColumns } from './write-columns.ts'
