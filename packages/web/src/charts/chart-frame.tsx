import { ActionIcon, Menu, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { formatCell } from '../kernel/format.ts'
import { type ChartData, toCsv } from './chart-data.ts'
import classes from './charts.module.css'

type ChartFrameProps = {
  readonly title: ReactNode
  readonly name: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  /** Called when somebody asks for the numbers. */
  readonly data: () => ChartData
  readonly isBare?: boolean
  readonly children: ReactNode
}

/** A chart with its title, and its numbers as a table and as CSV. */
export function ChartFrame({ title, name, note, actions, data, isBare = false, children }: ChartFrameProps) {
  const [table, setTable] = useState<ChartData>()
  return (
    <figure className={isBare ? classes.bare : classes.frame} aria-label={name}>
      <figcaption className={classes.caption}>
        <div>
          <div className={classes.title}>{title}</div>
          {note && <div className={classes.note}>{note}</div>}
        </div>
        <div className={classes.tools}>
          {actions}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={22} aria-label={`The numbers behind: ${name}`}>
                <svg viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden="true">
                  <circle cx="2" cy="6" r="1.1" />
                  <circle cx="6" cy="6" r="1.1" />
                  <circle cx="10" cy="6" r="1.1" />
                </svg>
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setTable(data())}>Show as a table</Menu.Item>
              <Menu.Item onClick={() => saveCsv(name, data())}>Download CSV</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </figcaption>
      {children}
      <Modal opened={table !== undefined} onClose={() => setTable(undefined)} title={name} size="xl">
        {table && <NumbersTable {...table} />}
      </Modal>
    </figure>
  )
}

const MOST_ROWS = 2000

function NumbersTable({ columns, rows }: ChartData) {
  return (
    <div className={classes.numbers}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, i) => (
            <tr key={rowKey(row, i)}>
              {columns.map((column, j) => (
                <td key={column}>{formatCell(row[j])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && <p>The first {MOST_ROWS} rows; the CSV has all of them.</p>}
    </div>
  )
}

// Rows of numbers have no name; their place is all that tells them apart.
const rowKey = (row: readonly unknown[], index: number) => `${index} ${String(row[0])}`

function saveCsv(name: string, data: ChartData) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([toCsv(data)], { type: 'text/csv' }))
  link.download = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
}
