/** Whether JSON is a table: as `log_table` writes it (`columns` and `data`), or a list of flat objects. */
export function isTableJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isFlat)
  if (typeof value !== 'object' || value === null || !('columns' in value) || !('data' in value)) return false
  return Array.isArray(value.columns) && Array.isArray(value.data)
}

const isFlat = (row: unknown): boolean =>
  typeof row === 'object' &&
  row !== null &&
  !Array.isArray(row) &&
  Object.values(row).every((cell) => typeof cell !== 'object' || cell === null)
