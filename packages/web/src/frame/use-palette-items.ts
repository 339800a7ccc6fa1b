import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { endpointsQuery } from '../endpoints/queries.ts'
import { api } from '../kernel/api.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { monitorHealth } from '../monitors/monitor-health.ts'
import { monitorsQuery } from '../monitors/queries.ts'
import { schedulesQuery } from '../schedules/queries.ts'
import { GROUPS } from './pages.ts'
import type { PaletteItem } from './palette-items.ts'

const PAGES: readonly PaletteItem[] = GROUPS.flatMap((group) =>
  group.pages.map(({ title, to }) => ({ kind: 'page', title, href: to }) as const),
)
const path = (...parts: readonly (string | number)[]) => `/${parts.map((part) => encodeURIComponent(part)).join('/')}`

/** Everything that can be gone to; runs are asked of the server by what was typed, for there may be very many. */
export function usePaletteItems(text: string): readonly PaletteItem[] {
  const [search] = useDebouncedValue(text, 150)
  const datasets = useQuery({ queryKey: ['datasets', 'palette'], queryFn: () => api.datasets.list({ limit: 500 }) })
  const pipelines = useQuery({ queryKey: ['pipelines', 'palette'], queryFn: () => api.pipelines.list({ limit: 500 }) })
  const models = useQuery({ queryKey: ['models', 'palette'], queryFn: () => api.models.list({ limit: 500 }) })
  const endpoints = useQuery(endpointsQuery)
  const monitors = useQuery(monitorsQuery)
  const schedules = useQuery(schedulesQuery(undefined))
  const runs = useQuery({
    queryKey: ['runs', 'palette', search],
    queryFn: () => api.runs.list({ limit: 20, ...(search && { search }) }),
    placeholderData: keepPreviousData,
  })
  const experiments = useQuery({
    queryKey: ['experiments', 'palette', search],
    queryFn: () => api.experiments.list({ limit: 20, ...(search && { search }) }),
    placeholderData: keepPreviousData,
  })
  return [
    ...PAGES,
    ...(endpoints.data?.items ?? []).flatMap(({ spec, rollbackVersion }): PaletteItem[] => [
      { kind: 'endpoint', title: spec.name, href: path('endpoints', spec.name) },
      ...(rollbackVersion === undefined
        ? []
        : [
            {
              kind: 'action',
              title: `Roll ${spec.name} back to v${rollbackVersion}`,
              href: path('endpoints', spec.name),
            } as const,
          ]),
      { kind: 'action', title: `Try ${spec.name}`, href: `${path('endpoints', spec.name)}#try-it` },
    ]),
    ...(models.data?.items ?? []).flatMap((model): PaletteItem[] => [
      { kind: 'model', title: model.name, href: path('models', model.name) },
      ...model.aliases.map(
        ({ alias, version }) =>
          ({
            kind: 'model',
            title: `${model.name}@${alias} (v${version})`,
            href: path('models', model.name, version),
          }) as const,
      ),
    ]),
    ...(datasets.data?.items ?? []).map(
      ({ name, latestVersion }) =>
        ({ kind: 'dataset', title: `${name}@${latestVersion}`, href: path('data', name) }) as const,
    ),
    ...(pipelines.data?.items ?? []).flatMap(({ pipeline }): PaletteItem[] => [
      { kind: 'pipeline', title: pipeline, href: path('pipelines', pipeline) },
      { kind: 'action', title: `Run ${pipeline}`, href: path('pipelines', pipeline) },
      {
        kind: 'action',
        title: `Versions and channels of ${pipeline}`,
        href: `${path('pipelines', pipeline)}?view=versions`,
      },
      { kind: 'action', title: `Catalog of ${pipeline}`, href: `${path('pipelines', pipeline)}?view=catalog` },
    ]),
    ...(experiments.data?.items ?? []).map(
      ({ id, name }) => ({ kind: 'experiment', title: name, href: path('experiments', id) }) as const,
    ),
    ...(schedules.data?.items ?? []).map(
      ({ name }) =>
        ({ kind: 'schedule', title: name, href: `/schedules?schedule=${encodeURIComponent(name)}` }) as const,
    ),
    ...(monitors.data?.items ?? []).map(
      (monitor) =>
        ({
          kind: 'monitor',
          title: monitor.spec.name,
          href: path('monitors', monitor.spec.name),
          health: monitorHealth(monitor),
        }) as const,
    ),
    ...(runs.data?.items ?? []).map(
      (run) =>
        ({
          kind: 'run',
          title: `${run.pipeline} #${run.number}`,
          href: path('runs', run.id),
          health: healthOfStatus(run.status),
        }) as const,
    ),
  ]
}
