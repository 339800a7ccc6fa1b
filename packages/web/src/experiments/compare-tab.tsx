import { Button, Switch } from '@mantine/core'
import type { TrackedRunDetail } from '@regia/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, plural } from '../kernel/format.ts'
import { Skeleton } from '../kernel/loaded.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { CodeLine } from './code-link.tsx'
import { type CompareLine, commonMetrics, compareLines } from './compare-model.ts'
import { CompareTable } from './compare-table.tsx'
import { CurveSettings } from './curve-settings.tsx'
import classes from './experiments.module.css'
import { MetricChart } from './metric-chart.tsx'
import { NoteText } from './note-editor.tsx'
import { trackedRunQuery } from './queries.ts'
import { RunLegend, Stroke } from './run-legend.tsx'
import { partsOf, type RunsSearch, toggled } from './search.ts'

const MOST = 20

type CompareTabProps = { readonly search: RunsSearch; readonly onSearch: (next: RunsSearch) => void }

/** What differs between some runs, in what was set and in what came out. */
export default function CompareTab({ search, onSearch }: CompareTabProps) {
  const ids = useMemo(() => partsOf(search.selected).slice(0, MOST), [search.selected])
  const { runs, error, isPending } = useQueries({
    queries: ids.map(trackedRunQuery),
    combine: (results) => ({
      runs: results.flatMap(({ data }) => (data ? [data] : [])),
      error: results.find((each) => each.error)?.error,
      isPending: results.some((each) => each.isPending),
    }),
  })
  if (ids.length < 2) {
    return (
      <Card>
        <Empty>
          Select two to {MOST} runs in the table, with Space or their boxes: here they stand side by side, what differs
          first, with their curves, code and data.
        </Empty>
      </Card>
    )
  }
  if (error && runs.length < 2) return <Problem error={error} />
  if (isPending) return <Skeleton height={420} />
  return <Compared runs={runs} search={search} onSearch={onSearch} />
}

function Compared({ runs, search, onSearch }: CompareTabProps & { readonly runs: readonly TrackedRunDetail[] }) {
  const lines = useMemo(() => compareLines(runs), [runs])
  const different = lines.filter(({ isDifferent }) => isDifferent)
  const shown = search.only === 'all' ? lines : different
  const metrics = useMemo(() => commonMetrics(runs), [runs])
  const chosen = search.curves === undefined ? metrics : partsOf(search.curves).filter((key) => key !== '-')
  return (
    <>
      <ChartFrame
        title="Side by side"
        name="runs compared"
        note={`${formatCount(different.length)} of ${plural(lines.length, 'line')} differ`}
        data={() => tableOf(runs, lines)}
      >
        <div className={classes.toolRow}>
          <Switch
            label="Only differences"
            checked={search.only !== 'all'}
            onChange={(event) => onSearch({ only: event.currentTarget.checked ? undefined : 'all' })}
          />
          {runs.length < partsOf(search.selected).length && <small>The first {MOST} of those that are selected.</small>}
          <div className={classes.right}>
            <Button onClick={() => onSearch({ selected: undefined, tab: undefined })}>Clear</Button>
          </div>
        </div>
        {shown.length === 0 ? (
          <Empty>Nothing differs: the same params, metrics, tags and data.</Empty>
        ) : (
          <CompareTable
            runs={runs}
            lines={shown}
            onRemove={(id) => onSearch({ selected: toggled(partsOf(search.selected), id) })}
          />
        )}
      </ChartFrame>
      {chosen.length > 0 && (
        <Section title="Over training" note="metrics that at least two of them have">
          <div className={classes.stack}>
            <CurveSettings view={search} onView={onSearch} />
            <RunLegend runs={runs} />
            <Columns min={420}>
              {chosen.map((key) => (
                <MetricChart key={key} metric={key} runs={runs} view={search} onView={onSearch} />
              ))}
            </Columns>
          </div>
        </Section>
      )}
      <Section title="Code and notes">
        <Columns min={300}>
          {runs.map((run, i) => (
            <Card key={run.id} pad>
              <div className={classes.stack}>
                <div className={classes.compareHead}>
                  <Stroke place={i} />
                  <Link to="/experiments/$id/runs/$runId" params={{ id: run.experimentId, runId: run.id }}>
                    {run.name}
                  </Link>
                </div>
                <CodeLine run={run} />
                {run.note ? <NoteText text={run.note} /> : <p className={classes.muted}>No note.</p>}
              </div>
            </Card>
          ))}
        </Columns>
      </Section>
    </>
  )
}

const tableOf = (runs: readonly TrackedRunDetail[], lines: readonly CompareLine[]) => ({
  columns: ['group', 'name', ...runs.map(({ name, id }) => `${name} (${id})`)],
  rows: lines.map(({ group, name, values }) => [group, name, ...values.map((value) => value ?? null)]),
})
