import type { TrackedRun } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { Chart } from '../charts/chart.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import type { Palette } from '../charts/palette.ts'
import { formatCount } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { barOption } from './bar-option.ts'
import classes from './experiments.module.css'
import { LINE_LEFT, lineOption, lineRight, type XAxis } from './line-option.ts'
import { linesTable, type MetricLine, metricLines } from './metric-lines.ts'
import { chartQuery } from './queries.ts'
import type { CurveSearch } from './search.ts'
import { ZoomBox } from './zoom-box.tsx'

// What draws is on its way while the numbers are still being read.
void import('../charts/engine.ts')

const HEIGHT = 240
const POINTS = 1_000

type MetricChartProps = {
  readonly metric: string
  readonly runs: readonly Pick<TrackedRun, 'id' | 'name' | 'status'>[]
  readonly view: CurveSearch
  readonly onView: (view: CurveSearch) => void
}

/** One metric of some runs over step or time. The server makes curves no finer than they can be seen. */
export function MetricChart({ metric, runs, view, onView }: MetricChartProps) {
  const { x = 'step', smooth: weight = 0, log, from, until } = view
  const query = useQuery(
    chartQuery(
      {
        runs: runs.map(({ id }) => id),
        keys: [metric],
        x,
        points: POINTS,
        ...(from !== undefined && { from }),
        ...(until !== undefined && { until }),
      },
      runs.some(({ status }) => status === 'running'),
    ),
  )
  const names = useMemo(() => new Map(runs.map(({ id, name }) => [id, name])), [runs])
  const lines = useMemo(
    () => metricLines(query.data?.curves ?? [], { weight, isLog: log === 'y', names }),
    [query.data, weight, log, names],
  )
  return (
    <ChartFrame title={metric} name={metric} note={noteOf(lines)} data={() => linesTable(lines, x)}>
      <Loaded query={query} height={HEIGHT}>
        {() =>
          lines.length === 0 ? (
            <p className={classes.noCurve} style={{ height: HEIGHT }}>
              None of these runs has logged it{from === undefined && until === undefined ? '' : ' in this range'}.
            </p>
          ) : (
            <Lines label={metric} lines={lines} x={x} isLog={log === 'y'} onView={onView} />
          )
        }
      </Loaded>
    </ChartFrame>
  )
}

type LinesProps = {
  readonly label: string
  readonly lines: readonly MetricLine[]
  readonly x: XAxis
  readonly isLog: boolean
  readonly onView: (view: CurveSearch) => void
}

function Lines({ label, lines, x, isLog, onView }: LinesProps) {
  const isSingle = lines.every(({ pointCount }) => pointCount === 1)
  const option = useCallback(
    (palette: Palette) => (isSingle ? barOption(lines, palette) : lineOption(lines, x, isLog, palette)),
    [lines, x, isLog, isSingle],
  )
  const chart = <Chart label={isSingle ? label : `${label} over ${x}`} height={HEIGHT} option={option} />
  if (isSingle) return chart
  return (
    <ZoomBox
      left={LINE_LEFT}
      right={lineRight(lines)}
      from={Math.min(...lines.map((line) => line.x[0] ?? Number.POSITIVE_INFINITY))}
      until={Math.max(...lines.map((line) => line.x.at(-1) ?? Number.NEGATIVE_INFINITY))}
      onRange={(from, until) => onView({ from, until })}
    >
      {chart}
    </ZoomBox>
  )
}

function noteOf(lines: readonly MetricLine[]): string | undefined {
  const total = lines.reduce((sum, line) => sum + line.pointCount, 0)
  if (total === 0) return undefined
  const isReduced = lines.some((line) => line.isReduced)
  return `${formatCount(total)} points${isReduced ? '; mean, in a band from least to greatest' : ''}`
}
