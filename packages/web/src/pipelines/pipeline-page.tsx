import type { PipelineVersion, Run, RunSummary } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { shortDigest } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { runQuery } from '../runs/queries.ts'
import { RunsTable } from '../runs/runs-table.tsx'
import { StepDrawer } from '../runs/step-drawer.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { LaunchButton } from './launch-button.tsx'
import { PipelineGraphView } from './pipeline-graph.tsx'
import { pipelineQuery, pipelineVersionsQuery } from './queries.ts'
import type { PipelineSearch } from './search.ts'

const route = getRouteApi('/pipelines/$name')

/** What does this pipeline do, and how did its last run go? */
export default function PipelinePage() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const latest = useQuery(pipelineQuery(name))
  const versions = useQuery(pipelineVersionsQuery(name))
  const shown = pickVersion(latest.data, versions.data?.items, search.version)
  const run = useLastRun(latest.data?.lastRun, shown)
  const show = (next: PipelineSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title={name}
      health={latest.data?.lastRun && healthOfStatus(latest.data.lastRun.status)}
      under={latest.data?.graph.description}
      actions={shown && <LaunchButton version={shown} />}
      cli={`regia pipelines show ${name}`}
      http={`GET /api/v1/pipelines/${name}`}
    >
      <Section title="Graph" note={<GraphNote version={shown} run={run} />}>
        <Loaded query={latest} height={360}>
          {() =>
            shown && (
              <PipelineGraphView
                graph={shown.graph}
                stepRuns={run?.steps}
                selected={search.step}
                onSelect={(step) => show({ step })}
              />
            )
          }
        </Loaded>
      </Section>
      <Section title="Runs">
        <RunsTable query={{ pipeline: name }} maxHeight={330} />
      </Section>
      <Section title="Versions" note="a version is the graph and the code; an unchanged pipeline keeps its version">
        <Loaded query={versions} height={120}>
          {({ items }) => <Versions name={name} versions={items} shown={shown?.version} />}
        </Loaded>
      </Section>
      {shown && (
        <StepDrawer
          step={shown.graph.steps.find((each) => each.id === search.step)}
          run={run}
          onClose={() => show({ step: undefined })}
        />
      )}
    </Page>
  )
}

type Latest = PipelineVersion & { readonly lastRun?: RunSummary }

function pickVersion(
  latest: Latest | undefined,
  all: readonly PipelineVersion[] | undefined,
  version: number | undefined,
) {
  return version === undefined ? latest : (all?.find((each) => each.version === version) ?? latest)
}

// The states of a run colour only the version that it was a run of.
function useLastRun(lastRun: RunSummary | undefined, shown: PipelineVersion | undefined): Run | undefined {
  const { data } = useQuery({ ...runQuery(lastRun?.id ?? ''), enabled: lastRun !== undefined })
  return data && data.pipelineVersion === shown?.version ? data : undefined
}

function GraphNote({ version, run }: { readonly version: PipelineVersion | undefined; readonly run: Run | undefined }) {
  if (!version) return null
  return (
    <>
      version {version.version} ·{' '}
      {run ? (
        <>
          coloured by{' '}
          <Link to="/runs/$id" params={{ id: run.id }}>
            run #{run.number}
          </Link>
        </>
      ) : (
        'this version has not run'
      )}
    </>
  )
}

type VersionsProps = {
  readonly name: string
  readonly versions: readonly PipelineVersion[]
  readonly shown: number | undefined
}

function Versions({ name, versions, shown }: VersionsProps) {
  return (
    <Card>
      <PlainTable
        label="Versions"
        rows={[...versions].sort((a, b) => b.version - a.version).slice(0, 50)}
        keyOf={(row) => String(row.version)}
        columns={[
          {
            id: 'version',
            title: 'Version',
            cell: (row) => (
              <Link to="/pipelines/$name" params={{ name }} search={{ version: row.version }}>
                <b>v{row.version}</b>
                {row.version === shown && ' (shown)'}
              </Link>
            ),
          },
          { id: 'steps', title: 'Steps', isNumber: true, cell: (row) => row.graph.steps.length },
          {
            id: 'digest',
            title: 'Graph and code',
            cell: (row) => <code title={row.digest}>{shortDigest(row.digest)}</code>,
          },
          {
            id: 'bundle',
            title: 'Bundle',
            cell: (row) => <code title={row.bundleDigest}>{shortDigest(row.bundleDigest)}</code>,
          },
          { id: 'at', title: 'Made', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
        ]}
      />
    </Card>
  )
}
