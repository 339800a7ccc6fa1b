import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { ColumnHead } from '../table/column-head.tsx'
import table from '../table/table.module.css'
import classes from './experiments.module.css'
import { rowMove } from './row-move.ts'
import type { RunColumn } from './run-columns.tsx'
import { RunRow } from './run-row.tsx'
import type { TreeRow } from './tree-rows.ts'

const ROW_PX = 34
const CHECK_PX = 40
const NAME_PX = 270

type RunGridProps = {
  readonly rows: readonly TreeRow[]
  /** Rows that are still to be read, below those that are there. */
  readonly missing: number
  readonly columns: readonly RunColumn[]
  readonly selected: readonly string[]
  readonly sort: string | undefined
  readonly onSort: (sort: string | undefined) => void
  readonly onSelect: (id: string) => void
  readonly onTurn: (id: string) => void
  readonly onOpen: (row: TreeRow) => void
  /** The last row that somebody sees. */
  readonly onSeen: (index: number) => void
  readonly isLoading: boolean
  /** The rows are of the view before: they make place as soon as the new ones are there. */
  readonly isOld: boolean
  readonly empty: ReactNode
}

/** The runs: only rows that are seen are drawn, and those that are not read yet keep their place. Arrows move and open, Space selects, Enter opens. */
export function RunGrid(props: RunGridProps) {
  const { rows, missing, columns, onSeen } = props
  const box = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const count = rows.length + missing
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const seen = virtual.getVirtualItems()
  const last = seen.at(-1)?.index ?? 0
  useEffect(() => onSeen(last), [last, onSeen])
  if (count === 0) return props.isLoading ? <Skeleton height={ROW_PX * 8} /> : props.empty

  const focusRow = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index))
    setActive(next)
    virtual.scrollToIndex(next)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active]
    if (!(event.target instanceof HTMLElement) || event.target.dataset.index === undefined || !row) return
    const page = Math.floor((box.current?.clientHeight ?? 400) / ROW_PX) - 2
    const move = rowMove(event.key, active, page, rows.length)
    if (move !== undefined) focusRow(move)
    else if (event.key === 'Enter') props.onOpen(row)
    else if (event.key === ' ') props.onSelect(row.run.id)
    else if (event.key === 'ArrowRight' && row.hasChildren && !row.isOpen) props.onTurn(row.run.id)
    else if (event.key === 'ArrowLeft' && row.isOpen) props.onTurn(row.run.id)
    else return
    event.preventDefault()
  }
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return
    const row = rows[Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index)]
    const act = event.target.closest<HTMLElement>('[data-act]')?.dataset.act
    if (!row) return
    if (act === 'select') props.onSelect(row.run.id)
    else if (act === 'turn') props.onTurn(row.run.id)
    else if (!event.target.closest('a, button') && !window.getSelection()?.toString()) props.onOpen(row)
  }
  const width = columns.reduce((sum, column) => sum + column.width, CHECK_PX + NAME_PX)
  const before = seen[0]?.start ?? 0
  const after = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0)
  return (
    <div ref={box} className={`${table.box} ${classes.grid}`}>
      <table
        className={table.table}
        style={{ minWidth: width, tableLayout: 'fixed' }}
        aria-label="Runs"
        aria-rowcount={count + 1}
        aria-busy={props.isOld}
      >
        <GridHead {...props} />
        <tbody
          onKeyDown={onKeyDown}
          onClick={onClick}
          onFocus={(event) => {
            const index = Number(event.target.dataset.index)
            if (Number.isInteger(index)) setActive(index)
          }}
        >
          {before > 0 && <tr style={{ height: before }} />}
          {seen.map(({ index }) => {
            const row = rows[index]
            return row ? (
              <RunRow
                key={`${row.run.id} ${row.depth}`}
                row={row}
                index={index}
                columns={columns}
                isSelected={props.selected.includes(row.run.id)}
                isActive={index === active}
              />
            ) : (
              <tr key={`missing ${index}`} className={classes.missing} aria-rowindex={index + 2}>
                <td />
                <td colSpan={columns.length + 1}>
                  <i />
                </td>
              </tr>
            )
          })}
          {after > 0 && <tr style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  )
}

function GridHead({ columns, sort, onSort }: Pick<RunGridProps, 'columns' | 'sort' | 'onSort'>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" style={{ width: CHECK_PX }}>
          <span className={classes.hidden}>Selected</span>
        </th>
        <ColumnHead
          column={{ id: 'name', title: 'Run', sortBy: 'name', width: NAME_PX, cell: () => null }}
          sort={sort}
          onSort={onSort}
        />
        {columns.map(({ id, title, kind, isNumber, isSortable, width }) => (
          <ColumnHead
            key={id}
            column={{
              id,
              title: kind === 'attribute' ? title : <span title={id}>{title}</span>,
              isNumber,
              width,
              ...(isSortable && { sortBy: id }),
              cell: () => null,
            }}
            sort={sort}
            onSort={onSort}
          />
        ))}
      </tr>
    </thead>
  )
}
