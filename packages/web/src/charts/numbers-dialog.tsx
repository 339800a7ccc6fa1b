import { Modal } from '@mantine/core'
import { formatCell } from '../kernel/format.ts'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import type { ChartData } from './chart-data.ts'
import classes from './charts.module.css'

const MOST_ROWS = 2000

type NumbersDialogProps = { readonly name: string; readonly data: ChartData; readonly onClose: () => void }

/** The numbers behind a chart. */
export default function NumbersDialog({ name, data: { columns, rows }, onClose }: NumbersDialogProps) {
  return (
    <Modal opened onClose={onClose} title={name} size="xl">
      <ScrollBox label={`Numbers of ${name}`} className={classes.numbers}>
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
      </ScrollBox>
      {rows.length > MOST_ROWS && <p>The first {MOST_ROWS} rows; the CSV has all of them.</p>}
    </Modal>
  )
}

// Rows of numbers have no name; their place is all that tells them apart.
const rowKey = (row: readonly unknown[], index: number) => `${index} ${String(row[0])}`
