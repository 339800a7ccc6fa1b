import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { ColumnHead } from './column-head.tsx'
import classes from './table.module.css'

export type Column<Row> = {
  readonly id: string
  readonly title: ReactNode
  readonly isNumber?: boolean
  /** The name by which the server sorts; absent where it cannot. */
  readonly sortBy?: string
  readonly width?: number
  readonly cell: (row: Row) => ReactNode
}

type DataTableProps<Row> = {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly total: number
  readonly keyOf: (row: Row) => string
  /** Enter or a click on the row. */
  readonly onOpen?: (row: Row) => void
  readonly sort?: string | undefined
  readonly onSort?: (sort: string | undefined) => void
  readonly onMore?: (() => void) | undefined
  readonly isSelected?: (row: Row) => boolean
  readonly onSelect?: (row: Row) => void
  readonly empty: ReactNode
  readonly rowHeight?: number
  readonly maxHeight?: number | string
  readonly isLoading?: boolean
}

/** A table that draws only what is seen. Arrow keys move, Enter opens, Space selects; sorting is the server's. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowHeight = 37, onMore } = props
  const box = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const seen = virtual.getVirtualItems()
  const last = seen.at(-1)?.index ?? 0
  useEffect(() => {
    if (onMore && last >= rows.length - 30) onMore()
  }, [last, rows.length, onMore])
  if (rows.length === 0) return props.isLoading ? <Skeleton height={rowHeight * 4} /> : props.empty

  const focusRow = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index))
    setActive(next)
    virtual.scrollToIndex(next)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.index === undefined) return
    const row = rows[active]
    const page = Math.floor((box.current?.clientHeight ?? 400) / rowHeight) - 2
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    }
    const move = moves[event.key]
    if (move !== undefined) focusRow(move)
    else if (event.key === 'Enter' && row) props.onOpen?.(row)
    else if (event.key === ' ' && row && props.onSelect) props.onSelect(row)
    else return
    event.preventDefault()
  }
  const before = seen[0]?.start ?? 0
  const after = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0)
  return (
    <div ref={box} className={classes.box} style={{ maxHeight: props.maxHeight ?? '70vh' }}>
      <table className={classes.table} aria-label={props.label} aria-rowcount={props.total + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <ColumnHead key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} />}
          {seen.map(({ index }) => {
            const row = rows[index]
            if (row === undefined) return null
            return (
              <tr
                key={props.keyOf(row)}
                data-index={index}
                data-open={props.onOpen !== undefined}
                data-selected={props.isSelected?.(row) ?? false}
                aria-rowindex={index + 2}
                tabIndex={index === active ? 0 : -1}
                style={{ height: rowHeight }}
                onFocus={() => setActive(index)}
                onKeyDown={onKeyDown}
                onClick={(event) => isPlainClick(event.target) && props.onOpen?.(row)}
              >
                {columns.map((column) => (
                  <td key={column.id} className={column.isNumber ? classes.number : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
          {after > 0 && <tr style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  )
}

// A link or a button inside a row does its own work, and a click that ends a text selection opens nothing.
const isPlainClick = (target: EventTarget) =>
  target instanceof Element && !target.closest('a, button, input, label') && !window.getSelection()?.toString()
