import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { ChartData } from './chart-data.ts'
import classes from './charts.module.css'
import { saveCsv } from './save-csv.ts'

const NumbersDialog = lazy(() => import('./numbers-dialog.tsx'))

type ChartFrameProps = {
  readonly title: ReactNode
  readonly name: string
  readonly note?: ReactNode
  /** Called when somebody asks for the numbers. */
  readonly data: () => ChartData
  readonly isBare?: boolean
  readonly children: ReactNode
}

/** A chart with its title, and its numbers as a table and as CSV. */
export function ChartFrame({ title, name, note, data, isBare = false, children }: ChartFrameProps) {
  const [table, setTable] = useState<ChartData>()
  return (
    <figure className={isBare ? classes.bare : classes.frame} aria-label={name}>
      <figcaption className={classes.caption}>
        <div>
          <div className={classes.title}>{title}</div>
          {note && <div className={classes.note}>{note}</div>}
        </div>
        <div className={classes.tools}>
          <button
            type="button"
            onClick={() => setTable(data())}
            aria-label={`Table of ${name}`}
            title="Show as a table"
          >
            <TableMark />
          </button>
          <button
            type="button"
            onClick={() => saveCsv(name, data())}
            aria-label={`CSV of ${name}`}
            title="Download CSV"
          >
            <DownloadMark />
          </button>
        </div>
      </figcaption>
      {children}
      <Suspense>{table && <NumbersDialog name={name} data={table} onClose={() => setTable(undefined)} />}</Suspense>
    </figure>
  )
}

function TableMark() {
  return (
    <svg viewBox="0 0 14 14" width="13" height="13" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M1.5 2.5h11v9h-11zM1.5 5.5h11M1.5 8.5h11M5.5 5.5v6" />
    </svg>
  )
}

function DownloadMark() {
  return (
    <svg viewBox="0 0 14 14" width="13" height="13" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M7 1.5v7M4 6l3 3 3-3M2 12h10" />
    </svg>
  )
}
