/** A name as SQL takes it, whatever characters it has. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as SQL takes it. DuckDB knows no escapes in it but the doubled quote. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A file's path with what DuckDB would take for a pattern made literal. */
export const literalPath = (path: string): string => path.replace(/[*?[]/g, '[$&]')

/** A file's path as an argument of `read_parquet` and its like. */
export const sqlPath = (path: string): string => sqlText(literalPath(path))

export const sqlList = (items: readonly string[]): string => `[${items.join(', ')}]`
