import type { Run } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ApprovalCard } from '../approvals/approval-card.tsx'
import { PipelineGraphView } from '../graph/pipeline-graph.tsx'
import { ErrorNote } from '../kernel/error-note.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatCell, formatNumber } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { LogPanel } from './log-panel.tsx'
import { MetricCharts } from './metric-charts.tsx'
import { runQuery } from './queries.ts'
import { RunActions } from './run-actions.tsx'
import { RunOrigin } from './run-origin.tsx'
import { CLOSED_STEP, type RunSearch } from './search.ts'
import { StepDrawer } from './step-drawer.tsx'
import { StepTimeline } from './step-timeline.tsx'

const route = getRouteApi('/runs/$id')

/** How is this run going, and why did it do what it did? */
export default function RunPage() {
  const { id } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(runQuery(id))
  const run = query.data
  const show = (next: RunSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title={run ? `${run.pipeline} #${run.number}` : id}
      health={run && healthOfStatus(run.status)}
      under={run ? <RunOrigin run={run} /> : '…'}
      actions={run && <RunActions run={run} />}
      cli={`regia why ${run ? `${run.pipeline}#${run.number}` : id}`}
      http={`GET /api/v1/runs/${id}`}
    >
      <Loaded query={query} height={[236, 260, [160, 160]]}>
        {(loaded) => (
          <>
            {loaded.error && <ErrorNote error={loaded.error} />}
            <ApprovalCard run={loaded} />
            <Section title="Steps" note={stepNote(loaded)}>
              <PipelineGraphView
                graph={loaded.graph}
                stepRuns={loaded.steps}
                selected={search.step}
                onSelect={(step) => show({ step })}
                view={search}
                onView={show}
              />
            </Section>
            <Section title="Timeline" note="one bar per attempt">
              <StepTimeline run={loaded} onSelect={(step) => show({ step })} />
            </Section>
            <Columns min={320}>
              <Section title="Params">
                <Card pad>
                  <Facts items={entriesOf(loaded.params, formatCell)} />
                </Card>
              </Section>
              <Section title="Metrics" note="last values">
                <Card pad>
                  <Facts items={entriesOf(loaded.metrics, (value) => formatNumber(Number(value)))} />
                </Card>
              </Section>
            </Columns>
            <MetricCharts run={loaded} />
            <Section title="Logs">
              <LogPanel
                run={loaded}
                step={undefined}
                find={search.step ? undefined : search.find}
                onFind={(find) => show({ find })}
              />
            </Section>
            <StepDrawer
              pipeline={loaded.pipeline}
              step={loaded.graph.steps.find((each) => each.id === search.step)}
              run={loaded}
              tab={search.tab}
              onTab={(tab) => show({ tab })}
              onSlice={(view) => show({ ...view, ...CLOSED_STEP })}
              onClose={() => show(CLOSED_STEP)}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function stepNote(run: Run): string {
  const cached = run.cachedStepCount > 0 ? `, ${run.cachedStepCount} from cache` : ''
  return `${run.finishedStepCount} of ${run.stepCount} finished${cached} · click one to see why it ran`
}

function entriesOf(values: Readonly<Record<string, unknown>>, format: (value: unknown) => string) {
  const entries = Object.entries(values).map(([name, value]) => [name, format(value)] as const)
  return entries.length > 0 ? entries : [['none', ''] as const]
}
