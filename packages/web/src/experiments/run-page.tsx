import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Choice } from '../kernel/choice.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { isSystemMetric } from './default-columns.ts'
import classes from './experiments.module.css'
import { trackedRunQuery } from './queries.ts'
import { RunHead } from './run-head.tsx'
import { RunLineage } from './run-lineage.tsx'
import { RunMenu } from './run-menu.tsx'
import { RunOverview } from './run-overview.tsx'
import type { TrackedRunSearch } from './search.ts'
import { type Undo, UndoBar } from './undo-bar.tsx'

const loadCurves = () => import('./run-curves.tsx')
const RunCurves = lazy(loadCurves)
const FilesTab = lazy(() => import('./files-tab.tsx'))
const route = getRouteApi('/experiments/$id/runs/$runId')

/** What was tried in this run, what came out, and how is it made again? */
export default function TrackedRunPage() {
  const { id, runId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [undo, setUndo] = useState<Undo>()
  const query = useQuery(trackedRunQuery(runId))
  const run = query.data
  const hasMetrics = run !== undefined && run.metrics.length > 0
  // Most who open a run look at its curves next: what draws them comes while they read.
  useEffect(() => {
    if (hasMetrics) void loadCurves()
  }, [hasMetrics])
  const show = (next: TrackedRunSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const tab = search.tab ?? 'overview'
  return (
    <Page
      title={run?.name ?? runId}
      health={run && healthOfStatus(run.status)}
      under={run ? <RunLineage run={run} experimentId={id} /> : '…'}
      actions={run && <RunMenu run={run} onUndo={setUndo} />}
      cli={`regia experiments show-run ${runId}`}
      http={`GET /api/v1/tracking/runs/${runId}`}
    >
      {undo && <UndoBar undo={undo} queryKey="tracking" onClose={() => setUndo(undefined)} />}
      <Loaded query={query} height={[[90, 90, 90, 90], 40, [300, 300]]}>
        {(loaded) => (
          <>
            {loaded.lifecycle === 'deleted' && !undo && (
              <div className={classes.bar} role="status">
                This run is deleted. It is kept until it is purged, and can be restored from its menu.
              </div>
            )}
            <RunHead run={loaded} />
            <div>
              <Choice
                label="Part of the run"
                value={tab}
                options={tabsOf(loaded)}
                onChange={(next) => show({ tab: next === 'overview' ? undefined : next })}
              />
            </div>
            {tab === 'overview' && <RunOverview run={loaded} />}
            <Suspense fallback={<Skeleton height={400} />}>
              {(tab === 'charts' || tab === 'system') && (
                <RunCurves key={tab} run={loaded} isSystem={tab === 'system'} view={search} onView={show} />
              )}
              {tab === 'files' && <FilesTab run={loaded} file={search.file} onFile={(file) => show({ file })} />}
            </Suspense>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function tabsOf(run: TrackedRunDetail): readonly (readonly [NonNullable<TrackedRunSearch['tab']>, string])[] {
  const system = run.metrics.filter(({ key }) => isSystemMetric(key)).length
  return [
    ['overview', 'Overview'],
    ['charts', run.metrics.length > system ? `Charts · ${run.metrics.length - system}` : 'Charts'],
    ...(system > 0 ? ([['system', `System · ${system}`]] as const) : []),
    ['files', 'Files'],
  ]
}
