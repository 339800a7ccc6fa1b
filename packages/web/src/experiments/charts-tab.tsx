import '@mantine/core/styles/Pill.css'
import '@mantine/core/styles/PillsInput.css'
import { MultiSelect } from '@mantine/core'
import type { TrackedRun, TrackingFields } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, plural } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Columns, Section } from '../kernel/section.tsx'
import { CurveSettings } from './curve-settings.tsx'
import { isSystemMetric, triedParams } from './default-columns.ts'
import classes from './experiments.module.css'
import { equalsAny, fieldId, fieldOf } from './field.ts'
import type { FieldChoices } from './field-picker.tsx'
import { MetricChart } from './metric-chart.tsx'
import { fieldsQuery, manyRunsQuery, sampleQuery, someRunsQuery } from './queries.ts'
import { RunLegend } from './run-legend.tsx'
import { runsRequest, selectOf } from './run-request.ts'
import type { TabProps } from './runs-tab.tsx'
import { ScatterPlot } from './scatter-plot.tsx'
import { partsOf, type RunsSearch } from './search.ts'

const ParallelPlot = lazy(() => import('./parallel-plot.tsx'))
const BoxPlot = lazy(() => import('./box-plot.tsx'))

/** Curves of more runs could not be told apart. */
const MOST_CURVES = 20
const FIRST_CURVES = 10
const FIRST_METRICS = 4
/** Points of the plots over all runs. */
const MOST_RUNS = 3_000
const MOST_CHOICES = 200
/** In the address: somebody wants none of them. */
const NO_CURVES = '-'
const NO_RUNS: readonly TrackedRun[] = []

/** What came out, over training and over what was tried: of the runs that are selected, else of those that the table shows first. */
export default function ChartsTab({ experiments, scope: { parent: _, ...scope }, search, onSearch }: TabProps) {
  const { data: fields } = useQuery(fieldsQuery(experiments))
  const { data: sample = NO_RUNS } = useQuery(sampleQuery(experiments))
  const selected = useMemo(() => partsOf(search.selected), [search.selected])
  const shown = useQuery(
    someRunsQuery(
      selected.length > 0
        ? {
            filter: equalsAny('id', selected.slice(0, MOST_CURVES)),
            lifecycle: 'all',
            limit: MOST_CURVES,
            select: selectOf([]),
          }
        : { ...runsRequest(scope, search.sort, []), limit: FIRST_CURVES },
    ),
  )
  return (
    <Loaded query={shown} height={[40, [280, 280], [280, 280]]}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>No run fits, so there is nothing to draw: change the filter, or log a run.</Empty>
        ) : (
          <>
            <Curves runs={inOrderOf(items, selected)} fields={fields} search={search} onSearch={onSearch} />
            <OverRuns
              scope={scope}
              sample={sample}
              fields={fields}
              search={search}
              onSearch={onSearch}
              selected={selected}
            />
          </>
        )
      }
    </Loaded>
  )
}

// In the order in which they were selected, so that a colour stays with its run while others are added.
const inOrderOf = (runs: readonly TrackedRun[], ids: readonly string[]) =>
  ids.length === 0 ? runs : runs.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))

type CurvesProps = {
  readonly runs: readonly TrackedRun[]
  readonly fields: TrackingFields | undefined
  readonly search: RunsSearch
  readonly onSearch: (next: RunsSearch) => void
}

function Curves({ runs, fields, search, onSearch }: CurvesProps) {
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
          data={[...new Set([...chosen, ...keys.slice(0, MOST_CHOICES)])]}
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

type OverRunsProps = Omit<CurvesProps, 'runs'> &
  Pick<TabProps, 'scope'> & {
    readonly selected: readonly string[]
    readonly sample: readonly TrackedRun[]
  }

/** What came out by what was set, over all runs that fit. */
function OverRuns({ scope, sample, fields, search, onSearch, selected }: OverRunsProps) {
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

const idsOf = (kind: 'metric' | 'param', fields: TrackingFields | undefined) =>
  (fields?.[`${kind}s`] ?? []).slice(0, MOST_CHOICES).map(({ key }) => fieldId({ kind, key }))

/** Those that at least half as many runs have as the most frequent one: a line needs all of its axes. */
function frequentIds(kind: 'metric' | 'param', fields: TrackingFields | undefined) {
  const all = fields?.[`${kind}s`] ?? []
  return idsOf(kind, fields).filter((_, i) => (all[i]?.runCount ?? 0) * 2 >= (all[0]?.runCount ?? 0))
}

const choicesOf = (fields: TrackingFields | undefined): FieldChoices => [
  { group: 'Metrics', items: idsOf('metric', fields) },
  { group: 'Params', items: idsOf('param', fields) },
  { group: 'Attributes', items: ['started', 'duration', 'status', 'user', 'source'] },
]

/** What was chosen, else what most runs have: params across, the first metric up. */
function fieldsOf(
  { sx, sy, axes, box }: RunsSearch,
  fields: TrackingFields | undefined,
  sample: readonly TrackedRun[],
) {
  const metrics = frequentIds('metric', fields).filter((id) => !isSystemMetric(fieldOf(id).key))
  const frequent = frequentIds('param', fields)
  const params = triedParams(fields, sample)
    .map((key) => fieldId({ kind: 'param', key }))
    .filter((id) => frequent.includes(id))
  const y = sy ?? metrics[0] ?? ''
  return {
    x: sx ?? params[0] ?? metrics[1] ?? 'started',
    y,
    box: box ?? params[0] ?? 'status',
    axes:
      axes === undefined ? [...params.slice(0, 4), ...metrics.filter((id) => id !== y).slice(0, 1), y] : partsOf(axes),
  }
}
