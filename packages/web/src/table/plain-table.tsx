import type { ReactNode } from 'react'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import classes from './table.module.css'

type PlainColumn<Row> = {
  readonly title: ReactNode
  readonly id: string
  readonly isNumber?: boolean
  readonly cell: (row: Row) => ReactNode
}

type PlainTableProps<Row> = {
  readonly label: string
  readonly columns: readonly PlainColumn<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row, index: number) => string
  readonly isTight?: boolean
}

/** A table of a few rows, all of them drawn. */
export function PlainTable<Row>({ label, columns, rows, keyOf, isTight = false }: PlainTableProps<Row>) {
  return (
    <ScrollBox label={label} className={classes.scroll}>
      <table className={`${classes.plain} ${isTight ? classes.tight : ''}`} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.isNumber ? classes.number : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={keyOf(row, i)}>
              {columns.map((column) => (
                <td key={column.id} className={column.isNumber ? classes.number : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
