import type { ColumnProfile } from '@regia/core'
import { Bars, Histogram } from '../charts/bars.tsx'
import { formatCount, formatNumber, formatPercent } from '../kernel/format.ts'
import { formatExact } from '../kernel/time.ts'
import { ColumnDetail } from './column-detail.tsx'
import classes from './data.module.css'

type ColumnRowProps = {
  readonly column: ColumnProfile
  readonly before: ColumnProfile | undefined
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** A column on one line: its shape, its range, its nulls. Opened: its quantiles beside the version before. */
export function ColumnRow({ column, before, isOpen, onToggle }: ColumnRowProps) {
  return (
    <li>
      <button type="button" className={classes.column} aria-expanded={isOpen} onClick={onToggle}>
        <span className={classes.columnName}>
          <b>{column.name}</b>
          <small>{column.type}</small>
        </span>
        <span className={classes.shape}>
          <ColumnShape column={column} />
        </span>
        <span className={classes.range}>{rangeText(column)}</span>
        <Nulls column={column} />
        <span className={classes.distinct}>{formatCount(column.distinctCount)} distinct</span>
      </button>
      {isOpen && <ColumnDetail column={column} before={before} />}
    </li>
  )
}

function ColumnShape({ column }: { readonly column: ColumnProfile }) {
  if (column.histogram) return <Histogram {...column.histogram} />
  if (column.topValues && column.topValues.length > 0) {
    return <Bars label={`Most frequent values of ${column.name}`} rows={topRows(column, 3)} />
  }
  return <small>no values</small>
}

export const topRows = (column: ColumnProfile, most: number) =>
  (column.topValues ?? []).slice(0, most).map(({ value, count }) => ({
    name: value === '' ? '(empty text)' : value,
    value: count,
    text: formatPercent(count / Math.max(1, column.count)),
  }))

function rangeText(column: ColumnProfile): string {
  if (column.minimum === undefined || column.maximum === undefined) return ''
  const format = valueFormat(column)
  return `${format(column.minimum)} to ${format(column.maximum)}`
}

/** How a column's numbers are written: a timestamp's are milliseconds. */
export const valueFormat = (column: ColumnProfile): ((value: number | undefined) => string) =>
  column.type === 'timestamp' ? (value) => (value === undefined ? '–' : formatExact(value).slice(0, 16)) : formatNumber

function Nulls({ column: { nullCount, count } }: { readonly column: ColumnProfile }) {
  const fraction = count === 0 ? 0 : nullCount / count
  return (
    <span className={classes.nulls} title={`${nullCount.toLocaleString('en-US')} of ${count.toLocaleString('en-US')}`}>
      <i>
        <i style={{ width: `${fraction * 100}%` }} />
      </i>
      {nullCount === 0 ? 'no nulls' : `${formatPercent(fraction)} null`}
    </span>
  )
}
