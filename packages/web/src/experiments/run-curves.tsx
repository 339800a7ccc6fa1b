import { TextInput } from '@mantine/core'
import type { TrackedRunDetail } from '@regia/core'
import { useMemo, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { CurveSettings } from './curve-settings.tsx'
import { isSystemMetric } from './default-columns.ts'
import classes from './experiments.module.css'
import { MetricChart } from './metric-chart.tsx'
import type { CurveSearch } from './search.ts'

const MOST_CHARTS = 24

type RunCurvesProps = {
  readonly run: TrackedRunDetail
  readonly isSystem: boolean
  readonly view: CurveSearch
  readonly onView: (view: CurveSearch) => void
}

/** The metrics of one run, each over its own chart. What the machine did is a subject of its own, by time. */
export default function RunCurves({ run, isSystem, view, onView }: RunCurvesProps) {
  const [text, setText] = useState('')
  const { id, name, status } = run
  const runs = useMemo(() => [{ id, name, status }], [id, name, status])
  const keys = useMemo(() => keysOf(run, isSystem), [run, isSystem])
  const found = keys.filter((key) => key.toLowerCase().includes(text.trim().toLowerCase()))
  const drawn: CurveSearch = isSystem && view.x === undefined ? { ...view, x: 'elapsed' } : view
  if (keys.length === 0) {
    return (
      <Card>
        <Empty>No metric was logged. One that is logged at many steps becomes a curve here.</Empty>
      </Card>
    )
  }
  return (
    <Section title={isSystem ? 'The machine' : 'Metrics'} note={`${found.length} of ${keys.length}`}>
      <div className={classes.stack}>
        <div className={classes.toolRow}>
          <CurveSettings view={drawn} onView={onView} />
          {keys.length > 4 && (
            <TextInput
              type="search"
              aria-label="Find a metric"
              placeholder="Find a metric"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
        </div>
        <Columns min={420}>
          {found.slice(0, MOST_CHARTS).map((key) => (
            <MetricChart key={key} metric={key} runs={runs} view={drawn} onView={onView} />
          ))}
        </Columns>
        {found.length > MOST_CHARTS && <p className={classes.hint}>The first {MOST_CHARTS}: find others by name.</p>}
      </div>
    </Section>
  )
}

/** What was logged at many steps before what was logged once: curves are what somebody comes for. */
const keysOf = ({ metrics }: TrackedRunDetail, isSystem: boolean): readonly string[] =>
  metrics
    .filter(({ key }) => isSystemMetric(key) === isSystem)
    .toSorted((a, b) => Number(b.step > 0) - Number(a.step > 0))
    .map(({ key }) => key)
