import type { Report } from '@regia/core'
import { formatCount } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { IntervalPlot } from './interval-plot.tsx'

const MOST = 10

/** Parts of the data on which the model does worst. */
export function Slices({ slices }: { readonly slices: Report['slices'] }) {
  const worst = [...slices].sort((a, b) => a.estimate.value - b.estimate.value).slice(0, MOST)
  const metric = worst[0]?.metric ?? ''
  const lines = worst.map(({ column, value, estimate }) => ({
    name: `${column} = ${value} (${formatCount(estimate.n)})`,
    estimate,
    isBaseline: false,
  }))
  return (
    <Section title="Slices" note={`worst first, by ${metric}; ${slices.length} in all`}>
      <Card>
        <IntervalPlot label={`${metric} by slice`} lines={lines} />
      </Card>
    </Section>
  )
}
