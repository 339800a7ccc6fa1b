import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { alertsSearch } from './alerts/search.ts'
import { datasetSearch } from './data/search.ts'
import { endpointSearch, endpointsSearch } from './endpoints/search.ts'
import { experimentsSearch, trackedRunSearch, runsSearch as trackedRunsSearch } from './experiments/search.ts'
import { Frame } from './frame/frame.tsx'
import { NotFound, RouteError } from './frame/lost.tsx'
import { comparisonSearch, modelSearch, modelsSearch, modelVersionSearch } from './models/search.ts'
import { monitorSearch } from './monitors/search.ts'
import { OverviewPage } from './overview/overview-page.tsx'
import { overviewSearch } from './overview/search.ts'
import { pipelineSearch } from './pipelines/search.ts'
import { releasesSearch } from './releases/search.ts'
import { runSearch, runsSearch } from './runs/search.ts'
import { backfillsSearch, schedulesSearch } from './schedules/search.ts'
import { scoringJobsSearch } from './scoring-jobs/search.ts'

// The URL holds the whole view: each route says which search parameters it understands, and every page but the first loads when it is opened.
const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: RouteError })
const getParentRoute = () => root

const routes = [
  createRoute({ getParentRoute, path: '/', validateSearch: overviewSearch, component: OverviewPage }),
  createRoute({
    getParentRoute,
    path: '/data',
    component: lazyRouteComponent(() => import('./data/datasets-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/data/$name',
    validateSearch: datasetSearch,
    component: lazyRouteComponent(() => import('./data/dataset-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/pipelines',
    component: lazyRouteComponent(() => import('./pipelines/pipelines-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/pipelines/$name',
    validateSearch: pipelineSearch,
    component: lazyRouteComponent(() => import('./pipelines/pipeline-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/runs',
    validateSearch: runsSearch,
    component: lazyRouteComponent(() => import('./runs/runs-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/runs/$id',
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import('./runs/run-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/experiments',
    validateSearch: experimentsSearch,
    component: lazyRouteComponent(() => import('./experiments/experiments-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/experiments/$id',
    validateSearch: trackedRunsSearch,
    component: lazyRouteComponent(() => import('./experiments/runs-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/experiments/$id/runs/$runId',
    validateSearch: trackedRunSearch,
    component: lazyRouteComponent(() => import('./experiments/run-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/schedules',
    validateSearch: schedulesSearch,
    component: lazyRouteComponent(() => import('./schedules/schedules-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/backfills',
    validateSearch: backfillsSearch,
    component: lazyRouteComponent(() => import('./schedules/backfills-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/models',
    validateSearch: modelsSearch,
    component: lazyRouteComponent(() => import('./models/models-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/models/$name',
    validateSearch: modelSearch,
    component: lazyRouteComponent(() => import('./models/model-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/models/$name/compare',
    validateSearch: comparisonSearch,
    component: lazyRouteComponent(() => import('./models/comparison-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/models/$name/$version',
    validateSearch: modelVersionSearch,
    component: lazyRouteComponent(() => import('./models/model-version-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/endpoints',
    validateSearch: endpointsSearch,
    component: lazyRouteComponent(() => import('./endpoints/endpoints-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/endpoints/$name',
    validateSearch: endpointSearch,
    component: lazyRouteComponent(() => import('./endpoints/endpoint-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/scoring-jobs',
    validateSearch: scoringJobsSearch,
    component: lazyRouteComponent(() => import('./scoring-jobs/scoring-jobs-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/endpoints/$name/experiment',
    component: lazyRouteComponent(() => import('./releases/experiment-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/endpoints/$name/releases',
    validateSearch: releasesSearch,
    component: lazyRouteComponent(() => import('./releases/releases-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/monitors',
    component: lazyRouteComponent(() => import('./monitors/monitors-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/monitors/$name',
    validateSearch: monitorSearch,
    component: lazyRouteComponent(() => import('./monitors/monitor-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts',
    validateSearch: alertsSearch,
    component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/notifiers',
    component: lazyRouteComponent(() => import('./notifiers/notifiers-page.tsx')),
  }),
] as const

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
