import { Tabs } from '@mantine/core'
import type { PipelineVersion, Run, RunSummary } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { healthOfStatus } from '../kernel/health.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { runQuery } from '../runs/queries.ts'
import { GraphPanel } from './graph-panel.tsx'
import { LaunchButton } from './launch-button.tsx'
import { pipelineQuery, pipelineVersionQuery } from './queries.ts'
import { PIPELINE_VIEWS, type PipelineSearch, type PipelineView } from './search.ts'

const VersionsPanel = lazy(() => import('./versions-panel.tsx'))
const CatalogPanel = lazy(() => import('./catalog-panel.tsx'))
const route = getRouteApi('/pipelines/$name')

const TITLES: Readonly<Record<PipelineView, string>> = {
  graph: 'Graph and runs',
  versions: 'Versions',
  catalog: 'Catalog',
}

/** What does this pipeline do, and how did its last run go? */
export default function PipelinePage() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const latest = useQuery(pipelineQuery(name))
  const chosen = useQuery({
    ...pipelineVersionQuery(name, search.version ?? 0),
    enabled: search.version !== undefined && latest.data !== undefined && search.version !== latest.data.version,
  })
  const shown = chosen.data ?? (chosen.isFetching ? undefined : latest.data)
  const run = useLastRun(latest.data?.lastRun, shown)
  const show = (next: PipelineSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const view = search.view ?? 'graph'
  return (
    <Page
      title={name}
      health={latest.data?.lastRun && healthOfStatus(latest.data.lastRun.status)}
      under={latest.data?.graph.description}
      actions={shown && <PipelineActions version={shown} />}
      {...sameOf(name, view, shown?.version)}
    >
      <Tabs
        value={view}
        onChange={(next) => show({ view: PIPELINE_VIEWS.find((each) => each === next) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {PIPELINE_VIEWS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {TITLES[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PIPELINE_VIEWS.map((each) => (
          <Tabs.Panel key={each} value={each}>
            <Loaded query={chosen.isEnabled ? chosen : latest} height={360}>
              {() =>
                shown && (
                  <Suspense fallback={<Skeleton height={360} />}>
                    {each === 'graph' && <GraphPanel version={shown} run={run} search={search} show={show} />}
                    {each === 'versions' && <VersionsPanel name={name} shown={shown} search={search} show={show} />}
                    {each === 'catalog' && <CatalogPanel version={shown} search={search} show={show} />}
                  </Suspense>
                )
              }
            </Loaded>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}

function PipelineActions({ version }: { readonly version: PipelineVersion }) {
  const search = { pipeline: version.pipeline }
  return (
    <>
      <LinkButton to="/schedules" search={search}>
        Schedules
      </LinkButton>
      <LinkButton to="/backfills" search={search}>
        Back-fills
      </LinkButton>
      <LaunchButton version={version} />
    </>
  )
}

function sameOf(name: string, view: PipelineView, version: number | undefined) {
  const call = `GET /api/v1/pipelines/${name}`
  if (view === 'versions') return { cli: `regia pipelines versions ${name}`, http: `${call}/versions` }
  if (view === 'catalog') return { cli: `regia catalog list ${name}`, http: `${call}/catalog?version=${version ?? 1}` }
  return { cli: `regia pipelines show ${name}`, http: call }
}

// The states of a run colour only the version that it was a run of.
function useLastRun(lastRun: RunSummary | undefined, shown: PipelineVersion | undefined): Run | undefined {
  const { data } = useQuery({ ...runQuery(lastRun?.id ?? ''), enabled: lastRun !== undefined })
  return data && data.pipelineVersion === shown?.version ? data : undefined
}
