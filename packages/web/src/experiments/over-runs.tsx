import type { TrackedRun } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { formatCount, plural } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Columns, Section } from '../kernel/section.tsx'
import type { CurvesProps } from './curves-section.tsx'
import classes from './experiments.module.css'
import { choicesOf, fieldsOf } from './plot-fields.ts'
import { manyRunsQuery } from './queries.ts'
import { runsRequest } from './run-request.ts'
import type { TabProps } from './runs-tab.tsx'
import { ScatterPlot } from './scatter-plot.tsx'

const ParallelPlot = lazy(() => import('./parallel-plot.tsx'))
const BoxPlot = lazy(() => import('./box-plot.tsx'))
/** Points of the plots. */
const MOST_RUNS = 3_000

type OverRunsProps = Omit<CurvesProps, 'runs' | 'experiments'> &
  Pick<TabProps, 'scope'> & {
    readonly selected: readonly string[]
    readonly sample: readonly TrackedRun[]
  }

/** What came out by what was set, over all runs that fit. */
export function OverRuns({ scope, sample, fields, search, onSearch, selected }: OverRunsProps) {
  const choices = useMemo(() => choicesOf(fields), [fields])
  const { x, y, axes, box } = useMemo(() => fieldsOf(search, fields, sample), [search, fields, sample])
  const used = useMemo(() => [...new Set([x, y, box, ...axes])], [x, y, box, axes])
  const query = useQuery({
    ...manyRunsQuery({ ...runsRequest(scope, search.sort, used), limit: MOST_RUNS }),
    enabled: y !== '',
  })
  if (y === '') return null
  return (
    <Loaded query={query} height={[[380, 380], 420]}>
      {({ items, nextCursor }) => (
        <Section
          title="Over runs"
          note={
            nextCursor === undefined
              ? plural(items.length, 'run')
              : `the first ${formatCount(items.length)} runs of the table's order; a filter makes them fewer`
          }
        >
          <div className={classes.stack}>
            <Columns min={420}>
              <ScatterPlot runs={items} x={x} y={y} choices={choices} selected={selected} onSearch={onSearch} />
              <Suspense fallback={<Skeleton height={380} />}>
                <BoxPlot runs={items} by={box} metric={y} choices={choices} onSearch={onSearch} />
              </Suspense>
            </Columns>
            <Suspense fallback={<Skeleton height={420} />}>
              <ParallelPlot runs={items} axes={axes} choices={choices} onSearch={onSearch} />
            </Suspense>
          </div>
        </Section>
      )}
    </Loaded>
  )
}
