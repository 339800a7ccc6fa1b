import '@mantine/core/styles/Pill.css'
import '@mantine/core/styles/PillsInput.css'
import { MultiSelect } from '@mantine/core'
import type { TrackedRun, TrackingFields } from '@regia/core'
import { useState } from 'react'
import { plural } from '../kernel/format.ts'
import { Columns, Section } from '../kernel/section.tsx'
import { CurveSettings } from './curve-settings.tsx'
import { isSystemMetric } from './default-columns.ts'
import classes from './experiments.module.css'
import { MetricChart } from './metric-chart.tsx'
import { RunLegend } from './run-legend.tsx'
import { partsOf, type RunsSearch } from './search.ts'
import { useFields } from './use-fields.ts'

const FIRST_METRICS = 4
const MOST_CHOICES = 200
/** In the address: somebody wants none of them. */
const NO_CURVES = '-'

export type CurvesProps = {
  readonly runs: readonly TrackedRun[]
  readonly experiments: readonly string[] | undefined
  readonly fields: TrackingFields | undefined
  readonly search: RunsSearch
  readonly onSearch: (next: RunsSearch) => void
}

/** Metrics of a few runs over their training, one chart a metric. */
export function CurvesSection({ runs, experiments, fields, search, onSearch }: CurvesProps) {
  const [looked, setLooked] = useState('')
  const found = useFields(experiments, looked)
  const keys = fields?.metrics.map(({ key }) => key) ?? []
  const chosen =
    search.curves === undefined
      ? keys.filter((key) => !isSystemMetric(key)).slice(0, FIRST_METRICS)
      : partsOf(search.curves).filter((key) => key !== NO_CURVES)
  return (
    <Section
      title="Over training"
      note={
        search.selected
          ? `${plural(runs.length, 'selected run')}`
          : `the first ${plural(runs.length, 'run')}, children among them; select others in the table`
      }
    >
      <div className={classes.stack}>
        <CurveSettings view={search} onView={onSearch} />
        <MultiSelect
          aria-label="Metrics"
          placeholder={chosen.length === 0 ? 'Metrics' : ''}
          size="xs"
          data={choicesOf(chosen, found, looked)}
          searchValue={looked}
          onSearchChange={setLooked}
          value={[...chosen]}
          onChange={(next) => onSearch({ curves: next.join(',') || NO_CURVES })}
          maxValues={24}
          searchable
        />
        <RunLegend runs={runs} />
        <Columns min={420}>
          {chosen.map((key) => (
            <MetricChart key={key} metric={key} runs={runs} view={search} onView={onSearch} />
          ))}
        </Columns>
      </div>
    </Section>
  )
}

/** Those that are chosen, and as many of the others as can be looked through. */
function choicesOf(chosen: readonly string[], found: TrackingFields | undefined, looked: string): string[] {
  const wanted = looked.trim().toLowerCase()
  const others = (found?.metrics ?? []).map(({ key }) => key).filter((key) => key.toLowerCase().includes(wanted))
  return [...new Set([...chosen, ...others.slice(0, MOST_CHOICES)])]
}
