import type { Run } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { DatasetLinks } from '../data/dataset-links.tsx'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { ErrorNote } from '../kernel/error-note.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatCell, formatNumber } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { LineageLine } from '../kernel/lineage-line.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { LaunchButton } from '../pipelines/launch-button.tsx'
import { PipelineGraphView } from '../pipelines/pipeline-graph.tsx'
import { LogPanel } from './log-panel.tsx'
import { MetricCharts } from './metric-charts.tsx'
import { runQuery } from './queries.ts'
import type { RunSearch } from './search.ts'
import { StepDrawer } from './step-drawer.tsx'
import { StepTimeline } from './step-timeline.tsx'
import { TriggerText } from './trigger-text.tsx'

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
      under={run ? <Origin run={run} /> : '…'}
      actions={run && <Actions run={run} />}
      cli={`regia why ${run ? `${run.pipeline}#${run.number}` : id}`}
      http={`GET /api/v1/runs/${id}`}
    >
      <Loaded query={query} height={[236, 260, [160, 160]]}>
        {(loaded) => (
          <>
            {loaded.error && <ErrorNote error={loaded.error} />}
            <Section title="Steps" note={stepNote(loaded)}>
              <PipelineGraphView
                graph={loaded.graph}
                stepRuns={loaded.steps}
                selected={search.step}
                onSelect={(step) => show({ step })}
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
              step={loaded.graph.steps.find((each) => each.id === search.step)}
              run={loaded}
              tab={search.tab}
              onTab={(tab) => show({ tab })}
              onClose={() => show({ step: undefined, tab: undefined })}
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

function Origin({ run }: { readonly run: Run }) {
  return (
    <>
      <LineageLine
        items={[
          ...(run.datasets.length > 0 ? [['data', <DatasetLinks key="data" datasets={run.datasets} />] as const] : []),
          [
            'pipeline',
            <Link
              key="p"
              to="/pipelines/$name"
              params={{ name: run.pipeline }}
              search={{ version: run.pipelineVersion }}
            >
              {run.pipeline} v{run.pipelineVersion}
            </Link>,
          ],
          ['run', <b key="r">{`${run.pipeline} #${run.number}`}</b>],
        ]}
      />
      {run.status} · <Elapsed from={run.startedAt} until={run.finishedAt} /> · started <Ago at={run.createdAt} />{' '}
      <TriggerText trigger={run.trigger} />
    </>
  )
}

function Actions({ run }: { readonly run: Run }) {
  const isActive = run.status === 'running' || run.status === 'queued'
  return (
    <>
      {isActive && (
        <ConfirmAction
          label="Cancel"
          title={`Cancel ${run.pipeline} #${run.number}?`}
          act={() => api.runs.cancel(run.id)}
          done={`${run.pipeline} #${run.number} was asked to stop`}
        >
          <p>Steps that run are stopped. What has finished stays in the cache: the next run goes on from there.</p>
        </ConfirmAction>
      )}
      <LaunchButton
        label="Run again"
        version={{ pipeline: run.pipeline, version: run.pipelineVersion, graph: run.graph }}
        params={run.params}
      />
    </>
  )
}
