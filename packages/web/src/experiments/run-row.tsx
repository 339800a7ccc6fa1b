import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import table from '../table/table.module.css'
import classes from './experiments.module.css'
import type { RunColumn } from './run-columns.tsx'
import type { TreeRow } from './tree-rows.ts'

type RunRowProps = {
  readonly row: TreeRow
  readonly index: number
  readonly columns: readonly RunColumn[]
  readonly isSelected: boolean
  readonly isActive: boolean
}

/** One run of the table. It has no handlers of its own: the table hears for all rows, so that scrolling makes none. */
export const RunRow = memo(function RunRow({ row, index, columns, isSelected, isActive }: RunRowProps) {
  const { run, depth, isOpen, hasChildren } = row
  return (
    <tr
      data-index={index}
      data-open="true"
      data-selected={isSelected}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
    >
      <td>
        <input
          type="checkbox"
          tabIndex={-1}
          data-act="select"
          aria-label={`Compare ${run.name}`}
          checked={isSelected}
          readOnly
        />
      </td>
      <td>
        <span className={classes.nameCell} style={{ paddingLeft: depth * 18 }}>
          {hasChildren ? (
            <button
              type="button"
              tabIndex={-1}
              data-act="turn"
              aria-expanded={isOpen}
              aria-label={`Children of ${run.name}`}
            >
              {isOpen ? '▾' : '▸'}
            </button>
          ) : (
            <i aria-hidden="true" />
          )}
          <Lamp health={healthOfStatus(run.status)} label={run.status} />
          <Link
            to="/experiments/$id/runs/$runId"
            params={{ id: run.experimentId, runId: run.id }}
            preload={false}
            tabIndex={-1}
            title={run.name}
          >
            {run.name}
          </Link>
          {hasChildren && <small>{run.childCount}</small>}
        </span>
      </td>
      {columns.map((column) => (
        <td key={column.id} className={column.isNumber ? table.number : undefined}>
          {column.cell(run)}
        </td>
      ))}
    </tr>
  )
})
