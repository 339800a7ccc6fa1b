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
    { name: 'pipeline', path: `/pipelines/${pipelines.items[0]?.pipeline}` },
    { name: 'runs', path: '/runs' },
    { name: 'run', path: `/runs/${run?.id}` },
    { name: 'step: why', path: `/runs/${run?.id}?step=${step}&tab=why` },
    { name: 'step: data', path: `/runs/${run?.id}?step=${step}&tab=data` },
    { name: 'step: logs', path: `/runs/${run?.id}?step=${step}&tab=logs` },
    { name: 'step: code', path: `/runs/${run?.id}?step=${step}&tab=code` },
    { name: 'models', path: '/models' },
    { name: 'model', path: `/models/${model?.name}` },
    { name: 'model version', path: `/models/${model?.name}/${model?.latestVersion}` },
    { name: 'endpoints', path: '/endpoints' },
    { name: 'endpoint', path: `/endpoints/${endpoints.items[0]?.spec.name}` },
    { name: 'monitors', path: '/monitors' },
    { name: 'monitor', path: `/monitors/${monitor}` },
    { name: 'alerts', path: '/alerts?status=all' },
  ]
}
