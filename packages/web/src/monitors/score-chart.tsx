import type { WindowResult } from '@regia/core'
import { useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { TimeChart } from '../charts/time-chart.tsx'
import { type TimeMark, type TimeModel, timeTable } from '../charts/time-model.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatNumber, formatPercent, formatScore } from '../kernel/format.ts'
import { Card } from '../kernel/section.tsx'

type ScoreChartProps = {
  readonly windows: readonly WindowResult[]
  readonly marks: readonly TimeMark[]
  readonly group?: string
  readonly onPick?: (at: number) => void
}

/** The score of each window with its interval and the minimum; under it how many labels have come. */
export function ScoreChart({ windows, marks, group, onPick }: ScoreChartProps) {
  const model = useMemo(() => scoreModel(windows, marks), [windows, marks])
  const metric = windows.find((each) => each.performance)?.performance?.metric
  if (!metric) {
    return (
      <Card>
        <Empty>
          No window has been measured yet. The score appears when labels arrive for a window that has closed.
        </Empty>
      </Card>
    )
  }
  const name = metric.toUpperCase()
  return (
    <ChartFrame
      name={`${name} per window`}
      title={`${name} per window`}
      note="the band is the 95 % interval; under it the share of labels that have come; times are event times, UTC"
      data={() => timeTable(model)}
    >
      <TimeChart
        label={`${name} and label coverage per window`}
        model={model}
        {...(group !== undefined && { group })}
        {...(onPick && { onPick: ({ x }) => onPick(x) })}
      />
    </ChartFrame>
  )
}

function scoreModel(windows: readonly WindowResult[], marks: readonly TimeMark[]): TimeModel {
  const at = (window: WindowResult) => Date.parse(window.from)
  const measured = windows.filter((window) => window.performance)
  const minimum = measured.at(-1)?.performance?.minimum
  return {
    marks,
    panels: [
      {
        heightPx: 190,
        format: formatScore,
        scale: { minimumSpan: 0.08 },
        threshold: minimum === undefined ? undefined : { value: minimum, label: `at least ${formatNumber(minimum)}` },
        series: [
          {
            name: 'on labels',
            tone: 'champion',
            points: windows.map((window) => [at(window), window.performance?.estimate?.value ?? null]),
            band: windows.map((window) => {
              const interval = window.performance?.estimate?.interval
              return [at(window), interval?.lower ?? null, interval?.upper ?? null]
            }),
          },
        ],
      },
      {
        heightPx: 44,
        format: formatPercent,
        scale: 'fraction',
        series: [
          {
            name: 'labels in',
            tone: 'reference',
            kind: 'bars',
            points: windows.map((window) => [at(window), window.performance?.labelCoverage ?? null]),
          },
        ],
      },
    ],
  }
}
