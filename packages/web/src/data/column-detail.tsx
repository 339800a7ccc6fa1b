import type { ColumnProfile } from '@regia/core'
import { Bars } from '../charts/bars.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { HistogramComparison } from '../charts/histogram-comparison.tsx'
import { formatCount, formatPercent } from '../kernel/format.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { topRows, valueFormat } from './column-row.tsx'
import classes from './data.module.css'

type Fact = { readonly name: string; readonly now: string; readonly before: string }

type ColumnDetailProps = { readonly column: ColumnProfile; readonly before: ColumnProfile | undefined }

/** A column in full: its distribution, and its figures beside those of the version before. */
export function ColumnDetail({ column, before }: ColumnDetailProps) {
  return (
    <div className={classes.detail}>
      <ChartFrame
        name={`Distribution of ${column.name}`}
        title="Distribution"
        note={before?.histogram && 'blue: this version; grey: the version before'}
        isBare
        data={() => shapeTable(column)}
      >
        {column.histogram ? (
          <>
            <HistogramComparison now={column.histogram} before={before?.histogram} />
            <HistogramEnds column={column} before={before} />
          </>
        ) : (
          <Bars label={`Values of ${column.name}`} rows={topRows(column, 12)} />
        )}
      </ChartFrame>
      <PlainTable
        label={`Figures of ${column.name}`}
        rows={factsOf(column, before)}
        isTight
        keyOf={(row) => row.name}
        columns={[
          { id: 'name', title: '', cell: (row) => row.name },
          { id: 'now', title: 'this version', isNumber: true, cell: (row) => row.now },
          ...(before
            ? [{ id: 'before', title: 'version before', isNumber: true, cell: (row: Fact) => row.before }]
            : []),
        ]}
      />
    </div>
  )
}

function HistogramEnds({ column, before }: ColumnDetailProps) {
  const format = valueFormat(column)
  const edges = [...(column.histogram?.edges ?? []), ...(before?.histogram?.edges ?? [])]
  return (
    <div className={classes.ends}>
      <span>{format(Math.min(...edges))}</span>
      <span>{format(Math.max(...edges))}</span>
    </div>
  )
}

const QUANTILES = ['5 %', '25 %', 'median', '75 %', '95 %'] as const

function factsOf(column: ColumnProfile, before: ColumnProfile | undefined): readonly Fact[] {
  const format = valueFormat(column)
  const fact = (name: string, read: (profile: ColumnProfile) => string | undefined): Fact[] => {
    const now = read(column)
    return now === undefined ? [] : [{ name, now, before: (before && read(before)) ?? '–' }]
  }
  const number = (read: (profile: ColumnProfile) => number | undefined) => (profile: ColumnProfile) => {
    const value = read(profile)
    return value === undefined ? undefined : format(value)
  }
  return [
    ...fact('rows', (profile) => formatCount(profile.count)),
    ...fact('nulls', (profile) => formatPercent(profile.nullCount / Math.max(1, profile.count))),
    ...fact('distinct', (profile) => formatCount(profile.distinctCount)),
    ...fact(
      'minimum',
      number((profile) => profile.minimum),
    ),
    ...QUANTILES.flatMap((name, i) =>
      fact(
        name,
        number((profile) => profile.quantiles?.[i]),
      ),
    ),
    ...fact(
      'maximum',
      number((profile) => profile.maximum),
    ),
    ...fact(
      'mean',
      number((profile) => profile.mean),
    ),
    ...(column.type === 'timestamp'
      ? []
      : fact(
          'standard deviation',
          number((profile) => profile.standardDeviation),
        )),
  ]
}

function shapeTable(column: ColumnProfile) {
  const { histogram, topValues } = column
  if (!histogram)
    return { columns: ['value', 'count'], rows: (topValues ?? []).map((each) => [each.value, each.count]) }
  return {
    columns: ['from', 'to', 'count'],
    rows: histogram.counts.map((count, i) => [histogram.edges[i] ?? null, histogram.edges[i + 1] ?? null, count]),
  }
}
