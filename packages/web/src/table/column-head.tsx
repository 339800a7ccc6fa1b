import type { Column } from './data-table.tsx'
import classes from './table.module.css'

type ColumnHeadProps<Row> = {
  readonly column: Column<Row>
  readonly sort: string | undefined
  readonly onSort: ((sort: string | undefined) => void) | undefined
}

/** The head of a column. A click sorts: largest first, then smallest first, then as it was. */
export function ColumnHead<Row>({ column, sort, onSort }: ColumnHeadProps<Row>) {
  const { sortBy } = column
  const style = column.width === undefined ? undefined : { width: column.width }
  const className = column.isNumber ? classes.number : undefined
  if (!sortBy || !onSort) {
    return (
      <th scope="col" style={style} className={className}>
        {column.title}
      </th>
    )
  }
  const isDown = sort === `-${sortBy}`
  const isUp = sort === sortBy
  const next = isDown ? sortBy : isUp ? undefined : `-${sortBy}`
  return (
    <th scope="col" style={style} className={className} aria-sort={isDown ? 'descending' : isUp ? 'ascending' : 'none'}>
      <button type="button" className={classes.sort} data-on={isDown || isUp} onClick={() => onSort(next)}>
        {column.title}
        {isDown ? ' ↓' : isUp ? ' ↑' : ''}
      </button>
    </th>
  )
}
