import type { Row } from '@regia/core'
import { useMemo } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { formatCell, plural } from '../kernel/format.ts'
import { Problem } from '../kernel/problem.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import classes from './experiments.module.css'
import { readerOf } from './file-reader.ts'
import type { FileRef } from './file-source.ts'

type Numbered = { readonly index: number; readonly row: Row }

/** The rows of a table among the files, read as they are scrolled to. */
export function RowsView({ source, path }: FileRef) {
  const pages = usePages<Row>(['tracking-rows', source, path], (page) => readerOf(source).preview(path, page))
  const rows = useMemo(() => pages.rows.map((row, index): Numbered => ({ index, row })), [pages.rows])
  const columns = useMemo(() => columnsOf(rows[0]?.row), [rows])
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  return (
    <>
      {rows.length > 0 && <p className={classes.hint}>{plural(pages.total, 'row')}</p>}
      <DataTable
        label={`Rows of ${path}`}
        {...pages}
        rows={rows}
        columns={columns}
        keyOf={({ index }) => String(index)}
        rowHeight={29}
        maxHeight="60vh"
        empty={<Empty>The table has no rows.</Empty>}
      />
    </>
  )
}

const columnsOf = (first: Row | undefined): readonly Column<Numbered>[] =>
  Object.keys(first ?? {}).map((name) => ({
    id: name,
    title: name,
    isNumber: typeof first?.[name] === 'number',
    cell: ({ row }) => formatCell(row[name]),
  }))
