import { createClient, type RegiaClient } from '@regia/sdk'
import { inject } from 'vitest'

export const siteUrl = (): string => inject('siteUrl')
export const siteApi = (): RegiaClient => createClient({ url: siteUrl() })

export type PagePath = { readonly name: string; readonly path: string }

/** Every page that this server has something to show on, by what it holds. */
export async function listPaths(api: RegiaClient): Promise<readonly PagePath[]> {
  const [datasets, pipelines, runs, models, endpoints, monitors] = await Promise.all([
    api.datasets.list({ limit: 1 }),
    api.pipelines.list({ limit: 1 }),
    api.runs.list({ limit: 1, status: 'succeeded' }),
    api.models.list({ limit: 1 }),
    api.endpoints.list({ limit: 1 }),
    api.monitors.list({ limit: 10 }),
  ])
  const dataset = datasets.items[0]?.name
  const run = runs.items[0] && (await api.runs.get(runs.items[0].id))
  const model = models.items[0]
  const monitor = monitors.items.toSorted((a, b) => b.windowCount - a.windowCount)[0]?.spec.name
  const step = run?.steps.find((each) => Object.values(each.outputs).some(({ kind }) => kind === 'table'))?.step
  const paused = (await api.runs.list({ limit: 1, status: 'paused' })).items[0]
  const backfill = (await api.backfills.list({ limit: 1 })).items[0]
  const job = (await api.scoringJobs.list({ limit: 1 })).items[0]
  const schedule = (await api.schedules.list({ limit: 1 })).items[0]
  const mapped = paused && (await api.runs.get(paused.id)).steps.find((each) => each.map)?.step
  const pipeline = `/pipelines/${pipelines.items[0]?.pipeline}`
  const tracked = (await api.tracking.search({ limit: 1, filter: "status = 'succeeded'" })).items[0]
  const experiment = `/experiments/${tracked?.experimentId}`
  return [
    { name: 'overview', path: '/' },
    { name: 'data', path: '/data' },
    { name: 'dataset', path: `/data/${dataset}` },
    {
      name: 'dataset column',
      path: `/data/${dataset}?column=${(await api.datasets.version(dataset ?? '', 'latest')).columns[0]?.name}`,
    },
    { name: 'dataset rows', path: `/data/${dataset}?tab=rows` },
    { name: 'quarantine', path: `/data/${dataset}?tab=quarantine` },
    { name: 'schema', path: `/data/${dataset}?tab=schema` },
    { name: 'dataset versions', path: `/data/${dataset}?tab=versions` },
    { name: 'pipelines', path: '/pipelines' },
    { name: 'pipeline', path: pipeline },
    { name: 'versions of a pipeline', path: `${pipeline}?view=versions` },
    { name: 'catalog of a pipeline', path: `${pipeline}?view=catalog` },
    { name: 'schedules', path: `/schedules?schedule=${schedule?.name}` },
    { name: 'back-fills', path: `/backfills?backfill=${backfill?.id}` },
    { name: 'notifiers', path: '/notifiers' },
    { name: 'scoring jobs', path: job ? `/scoring-jobs?job=${job.id}` : '/scoring-jobs' },
    ...(paused
      ? [
          { name: 'paused run', path: `/runs/${paused.id}` },
          { name: 'step: elements', path: `/runs/${paused.id}?step=${mapped}&tab=items` },
          { name: 'step: last runs', path: `/runs/${paused.id}?step=${mapped}&tab=history` },
          { name: 'slice', path: `/pipelines/${paused.pipeline}?around=${mapped}&way=needs` },
        ]
      : []),
    { name: 'runs', path: '/runs' },
    { name: 'run', path: `/runs/${run?.id}` },
    { name: 'step: why', path: `/runs/${run?.id}?step=${step}&tab=why` },
    { name: 'step: data', path: `/runs/${run?.id}?step=${step}&tab=data` },
    { name: 'step: logs', path: `/runs/${run?.id}?step=${step}&tab=logs` },
    { name: 'step: code', path: `/runs/${run?.id}?step=${step}&tab=code` },
    { name: 'experiments', path: '/experiments' },
    { name: 'experiment', path: experiment },
    { name: 'all tracked runs, filtered', path: "/experiments/all?filter=status%20%3D%20'succeeded'&sort=-started" },
    { name: 'tracked runs by status', path: `${experiment}?group=status` },
    { name: 'charts of tracked runs', path: `${experiment}?tab=charts` },
    { name: 'nothing compared', path: `${experiment}?tab=compare` },
    { name: 'tracked run', path: `${experiment}/runs/${tracked?.id}` },
    { name: 'charts of a tracked run', path: `${experiment}/runs/${tracked?.id}?tab=charts` },
    { name: 'files of a tracked run', path: `${experiment}/runs/${tracked?.id}?tab=files` },
    { name: 'models', path: '/models' },
    { name: 'model', path: `/models/${model?.name}` },
    { name: 'model version', path: `/models/${model?.name}/${model?.latestVersion}` },
    { name: 'versions compared', path: `/models/${model?.name}/compare?all=true` },
    { name: 'endpoints', path: '/endpoints' },
    { name: 'endpoint', path: `/endpoints/${endpoints.items[0]?.spec.name}` },
    { name: 'monitors', path: '/monitors' },
    { name: 'monitor', path: `/monitors/${monitor}` },
    { name: 'alerts', path: '/alerts?status=all' },
  ]
}
