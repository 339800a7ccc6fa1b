import type { MetricPoint, Run } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { StepChart, type StepSeries } from '../charts/step-chart.tsx'
import { Columns, Section } from '../kernel/section.tsx'
import { runMetricsQuery } from './queries.ts'

type Metric = { readonly name: string; readonly series: readonly StepSeries[] }

/** Metrics that were logged more than once, over the training step: one small chart a metric, one line a step of the pipeline. */
export function MetricCharts({ run }: { readonly run: Run }) {
  const { data } = useQuery(runMetricsQuery(run.id))
  const metrics = useMemo(() => groupMetrics(data?.points ?? []), [data])
  if (metrics.length === 0) return null
  return (
    <Section title="Over training" note="by training step">
      <Columns min={380}>
        {metrics.map((metric) => (
          <ChartFrame key={metric.name} name={metric.name} title={metric.name} data={() => tableOf(metric)}>
            <StepChart label={metric.name} series={metric.series} />
          </ChartFrame>
        ))}
      </Columns>
    </Section>
  )
}

function groupMetrics(points: readonly MetricPoint[]): readonly Metric[] {
  const metrics = new Map<string, Map<string, [number, number][]>>()
  for (const { name, stepName = '', step, value } of points) {
    const series = metrics.get(name) ?? new Map<string, [number, number][]>()
    metrics.set(name, series.set(stepName, [...(series.get(stepName) ?? []), [step, value]]))
  }
  return [...metrics].flatMap(([name, series]) => {
    const lines = [...series].map(([step, values]) => ({ name: step, points: values.sort((a, b) => a[0] - b[0]) }))
    return lines.some((line) => line.points.length > 1) ? [{ name, series: lines }] : []
  })
}

const tableOf = ({ series }: Metric) => ({
  columns: ['pipeline step', 'training step', 'value'],
  rows: series.flatMap(({ name, points }) => points.map(([step, value]) => [name, step, value])),
})
