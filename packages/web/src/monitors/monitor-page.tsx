import type { Monitor, WindowResult } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { AlertList } from '../alerts/alert-list.tsx'
import { alertsQuery } from '../alerts/queries.ts'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatNumber, formatPercent } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { RANGE_CHOICES, type Range, rangeStart } from '../kernel/range.ts'
import { Card, Section } from '../kernel/section.tsx'
import { HeatStrip } from './heat-strip.tsx'
import { monitorHealth } from './monitor-health.ts'
import { monitorQuery, windowsQuery } from './queries.ts'
import { ScoreChart } from './score-chart.tsx'
import type { MonitorSearch } from './search.ts'
import { useMarks } from './use-marks.ts'
import { WindowPanel } from './window-panel.tsx'

const route = getRouteApi('/monitors/$name')

/** Does production still look like training, is the score still good, and if not, what moved? */
export default function MonitorPage() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(monitorQuery(name))
  const monitor = query.data
  const range = search.range ?? '90d'
  const show = (next: MonitorSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title={name}
      health={monitor && monitorHealth(monitor)}
      under={monitor ? <Rule monitor={monitor} /> : '…'}
      actions={
        <>
          <Choice
            label="Event time shown"
            value={range}
            options={RANGE_CHOICES}
            onChange={(next: Range) => show({ range: next })}
          />
          <ConfirmAction
            label="Evaluate now"
            title="Evaluate what can be evaluated now?"
            act={() => api.monitors.evaluate(name)}
            done={`${name} has looked`}
          >
            <p>Windows that have closed are evaluated at once, instead of at the scheduler’s next turn.</p>
          </ConfirmAction>
        </>
      }
      cli={`regia monitors show ${name}`}
      http={`GET /api/v1/monitors/${name}/windows`}
    >
      <Loaded query={query} height={[360, 200, [180, 180, 180, 180]]}>
        {(loaded) => <Content monitor={loaded} range={range} search={search} onShow={show} />}
      </Loaded>
    </Page>
  )
}

function Rule({ monitor: { spec, reference } }: { readonly monitor: Monitor }) {
  const { performance, drift } = spec
  const retrain = spec.actions.map((action) => action.pipeline).join(', ')
  return (
    <>
      watches{' '}
      <Link to="/endpoints/$name" params={{ name: spec.endpoint }}>
        endpoint {spec.endpoint}
      </Link>{' '}
      by windows of {spec.window}: alert after {spec.consecutiveWindows} in a row with
      {performance && ` ${performance.metric.toUpperCase()} under ${formatNumber(performance.minimum)} or`} a column of
      which {formatPercent(drift.minimumEffect)} moved
      {retrain && `; then retrain with ${retrain}`}
      {reference?.source === 'logged' && `; compared with ${formatNumber(reference.rowCount)} earlier predictions`}
    </>
  )
}

type ContentProps = {
  readonly monitor: Monitor
  readonly range: Range
  readonly search: MonitorSearch
  readonly onShow: (next: MonitorSearch) => void
}

function Content({ monitor, range, search, onShow }: ContentProps) {
  const { name, endpoint } = monitor.spec
  const from = rangeStart(range, monitor.evaluatedUntil)
  const windows = useQuery(windowsQuery(name, from))
  const alerts = useQuery(alertsQuery('all', name))
  const marks = useMarks(endpoint, name)
  const select = (window: string, column?: string) => onShow({ window, ...(column !== undefined && { column }) })
  return (
    <>
      <Loaded query={windows} height={[360, 200, [180, 180, 180, 180]]}>
        {({ items }) => {
          const selected = pickWindow(items, search.window)
          if (!selected) return <NoWindows monitor={monitor} />
          return (
            <>
              <ScoreChart windows={items} marks={marks} onPick={(at) => select(new Date(at).toISOString())} />
              <Section
                title="Columns by window"
                note="darker: more of the column moved away from the reference; ▲ drifted. Click one to compare."
              >
                <HeatStrip windows={items} selected={selected.from} column={search.column} onSelect={select} />
              </Section>
              <WindowPanel
                monitor={monitor}
                window={selected}
                column={search.column}
                onColumn={(column) => onShow({ column })}
              />
            </>
          )
        }}
      </Loaded>
      <Section title="Alerts" note={alerts.data && `${alerts.data.total} in all`}>
        <Loaded query={alerts} height={120}>
          {({ items }) => <AlertList alerts={items} open={undefined} onOpen={() => {}} isCompact />}
        </Loaded>
      </Section>
    </>
  )
}

// Of two versions' windows on one day the one that was measured; where none is chosen the newest.
function pickWindow(windows: readonly WindowResult[], from: string | undefined): WindowResult | undefined {
  const chosen = windows.filter((window) => window.from === from)
  const among = chosen.length > 0 ? chosen : windows
  return among.findLast((window) => window.status !== 'too-few-rows') ?? among.at(-1)
}

function NoWindows({ monitor: { spec, reference } }: { readonly monitor: Monitor }) {
  if (reference?.source === 'none') return <NoReference endpoint={spec.endpoint} reference={spec.reference} />
  return (
    <Card>
      <Empty command={`regia predict ${spec.endpoint} --file ROWS.jsonl`}>
        No window has closed yet. A window of {spec.window} closes when the endpoint’s event time has passed its end;
        then its columns are compared with training{spec.performance && ', and its score is measured on the labels'}.
      </Empty>
    </Card>
  )
}

type NoReferenceProps = { readonly endpoint: string; readonly reference: Monitor['spec']['reference'] }

function NoReference({ endpoint, reference }: NoReferenceProps) {
  return (
    <Card>
      <Empty command={`regia endpoints reference ${endpoint} --take`}>
        There is nothing to compare with: the model came without rows of its training, as compositions and models on
        other servers do.{' '}
        {reference === 'window'
          ? 'The first window with enough predictions becomes the reference.'
          : 'Predictions of a time in which all was well can be taken as the reference.'}
      </Empty>
    </Card>
  )
}
