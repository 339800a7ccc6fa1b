import { useMemo } from 'react'
import classes from './charts.module.css'
import { sparkRange } from './spark-range.ts'

type SparklineProps = {
  readonly values: readonly (number | null)[]
  readonly label: string
  /** The least that the height stands for, so that noise does not look like change. */
  readonly minimumSpan: number
  /** From zero upward and filled: for rates. */
  readonly isRate?: boolean
  readonly tone?: 'ink' | 'attention'
  readonly width?: number
  readonly height?: number
}

/** A word-sized line. A gap in the values is a gap in the line; the last value is a dot. */
export function Sparkline(props: SparklineProps) {
  const { values, label, width = 92, height = 26, isRate = false, tone = 'ink' } = props
  const shape = useMemo(
    () => shapeOf(values, props.minimumSpan, width, height, isRate),
    [values, props.minimumSpan, width, height, isRate],
  )
  if (!shape) return <span className={classes.none}>–</span>
  return (
    <svg className={classes.spark} data-tone={tone} width={width} height={height} role="img" aria-label={label}>
      <title>{label}</title>
      {isRate && <path d={shape.area} className={classes.sparkArea} />}
      <path d={shape.line} className={classes.sparkLine} />
      <circle cx={shape.last[0]} cy={shape.last[1]} r={1.9} className={classes.sparkDot} />
    </svg>
  )
}

function shapeOf(values: readonly (number | null)[], span: number, width: number, height: number, fromZero: boolean) {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return undefined
  const [low, high] = sparkRange(known, span, fromZero)
  const x = (i: number) => 2 + (values.length < 2 ? 1 : i / (values.length - 1)) * (width - 5)
  const y = (value: number) => height - 3 - ((value - low) / (high - low)) * (height - 6)
  const points = values.map((value, i) => (value === null ? undefined : ([x(i), y(value)] as const)))
  const line = points
    .map((point, i) => point && `${i > 0 && points[i - 1] ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}`)
    .filter(Boolean)
    .join('')
  const present = points.filter((point) => point !== undefined)
  const last = present.at(-1) ?? [0, 0]
  return { line, last, area: `${line}L${last[0].toFixed(1)} ${height}L${(present[0]?.[0] ?? 0).toFixed(1)} ${height}Z` }
}
