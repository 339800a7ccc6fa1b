import type { Report } from '@regia/core'
import { formatCount } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { IntervalPlot } from './interval-plot.tsx'

const MOST = 10

// By the upper end of the interval: a slice of a few rows is not the worst because it was unlucky.
const upperEnd = ({ estimate }: Report['slices'][number]) => estimate.interval?.upper ?? estimate.value

/** Parts of the data on which the model does worst. */
export function Slices({ slices }: { readonly slices: Report['slices'] }) {
  const worst = [...slices].sort((a, b) => upperEnd(a) - upperEnd(b)).slice(0, MOST)
  const metric = worst[0]?.metric ?? ''
  const lines = worst.map(({ column, value, estimate }) => ({
    name: `${column} = ${value} (${formatCount(estimate.n)})`,
    estimate,
    isBaseline: false,
  }))
  return (
    <Section
      title="Slices"
      note={`surely worst first, by the upper end of the ${metric} interval; ${slices.length} in all`}
    >
      <Card>
        <IntervalPlot label={`${metric} by slice`} lines={lines} />
      </Card>
    </Section>
  )
}
