import { formatCount } from '../kernel/format.ts'
import classes from './charts.module.css'

/** Counts over equal bins as small columns. */
export function Histogram({
  edges,
  counts,
}: {
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}) {
  const most = Math.max(...counts, 1)
  return (
    <svg
      viewBox={`0 0 ${counts.length} 40`}
      preserveAspectRatio="none"
      className={classes.histogram}
      aria-hidden="true"
    >
      {counts.map((count, i) => {
        const height = count === 0 ? 0 : Math.max(1, (count / most) * 38)
        return <rect key={edges[i] ?? i} x={i + 0.06} width={0.88} y={40 - height} height={height} />
      })}
    </svg>
  )
}

type BarRow = { readonly name: string; readonly value: number; readonly text?: string }

/** Names with a bar each; the longest bar is the largest value. */
export function Bars({ rows, label }: { readonly rows: readonly BarRow[]; readonly label: string }) {
  const most = Math.max(...rows.map((row) => row.value), 1e-12)
  return (
    <ul className={classes.bars} aria-label={label}>
      {rows.map((row) => (
        <li key={row.name}>
          <span title={row.name}>{row.name}</span>
          <i style={{ width: `${(row.value / most) * 100}%` }} />
          <b>{row.text ?? formatCount(row.value)}</b>
        </li>
      ))}
    </ul>
  )
}
