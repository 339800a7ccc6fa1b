import type { ColumnDrift, WindowResult } from '@regia/core'
import { useEffect, useRef } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { formatPercent } from '../kernel/format.ts'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { formatDay, formatSpan } from '../kernel/time.ts'
import classes from './monitors.module.css'

type HeatStripProps = {
  readonly windows: readonly WindowResult[]
  readonly selected: string
  readonly column: string | undefined
  readonly onSelect: (window: string, column?: string) => void
}

/** Columns by windows: each cell as dark as the column moved; a triangle where that counts as drift. */
export function HeatStrip({ windows, selected, column, onSelect }: HeatStripProps) {
  const box = useRef<HTMLElement>(null)
  const columns = columnsOf(windows)
  // The newest windows are at the right end; that is where to begin.
  useEffect(() => {
    if (box.current) box.current.scrollLeft = box.current.scrollWidth
  }, [])
  return (
    <ChartFrame
      name="Drift by column and window"
      title="Share of rows that moved, per column and window"
      data={() => tableOf(windows, columns)}
    >
      <ScrollBox boxRef={box} className={classes.heat} label="Columns by windows">
        <table aria-label="Drift by column and window">
          <thead>
            <tr>
              <th scope="col">
                <span className={classes.hidden}>Column</span>
              </th>
              {windows.map((window, i) => (
                <th key={windowKey(window)} scope="col" data-selected={window.from === selected}>
                  {i % labelStep(windows.length) === 0 ? <span>{formatDay(window.from)}</span> : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map((name) => (
              <tr key={name} data-selected={name === column}>
                <th scope="row" title={name}>
                  {name}
                </th>
                {windows.map((window) => (
                  <td key={windowKey(window)} data-selected={window.from === selected}>
                    <HeatCell
                      window={window}
                      drift={window.drift.find((each) => each.column === name)}
                      name={name}
                      onSelect={onSelect}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </ChartFrame>
  )
}

// On the day of a promotion two versions have a window each.
const windowKey = ({ from, version }: WindowResult) => `${from} v${version}`

const labelStep = (count: number) => Math.max(3, Math.ceil(count / 14))

type HeatCellProps = {
  readonly window: WindowResult
  readonly drift: ColumnDrift | undefined
  readonly name: string
  readonly onSelect: (window: string, column?: string) => void
}

function HeatCell({ window, drift, name, onSelect }: HeatCellProps) {
  const effect = drift?.effect ?? 0
  const state = !drift ? 'too few rows' : `${formatPercent(effect)} moved${drift.isDrifted ? ', drifted' : ''}`
  const label = `${name}, ${formatSpan(window.from, window.until)}: ${state}`
  return (
    <button
      type="button"
      tabIndex={-1}
      data-state={!drift ? 'none' : drift.isDrifted ? 'drifted' : 'well'}
      style={{ '--heat': `${Math.round(Math.min(1, effect / 0.4) * 78)}%` }}
      title={label}
      aria-label={label}
      onClick={() => onSelect(window.from, name)}
    />
  )
}

/** Columns by their largest shift, so that what moved stands on top; the prediction is among them. */
function columnsOf(windows: readonly WindowResult[]): readonly string[] {
  const largest = new Map<string, number>()
  for (const window of windows) {
    for (const { column, effect, isDrifted } of window.drift) {
      const weight = effect + (isDrifted ? 1 : 0)
      largest.set(column, Math.max(largest.get(column) ?? 0, weight))
    }
  }
  return [...largest].sort((a, b) => b[1] - a[1]).map(([column]) => column)
}

const tableOf = (windows: readonly WindowResult[], columns: readonly string[]) => ({
  columns: ['window', 'predictions', ...columns],
  rows: windows.map((window) => [
    window.from,
    window.predictionCount,
    ...columns.map((column) => window.drift.find((each) => each.column === column)?.effect ?? null),
  ]),
})
