import type { Endpoint } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { DatasetLinks } from '../data/dataset-links.tsx'
import { LineageLine } from '../kernel/lineage-line.tsx'
import { modelVersionQuery } from '../models/queries.ts'
import { shadowDeployment, stableDeployment } from './deployments.ts'

/** Data → run → version → this endpoint, and the version in shadow. */
export function EndpointLineage({ endpoint }: { readonly endpoint: Endpoint }) {
  const stable = stableDeployment(endpoint)
  const shadow = shadowDeployment(endpoint)
  const { data } = useQuery({
    ...modelVersionQuery(stable?.model ?? '', stable?.version ?? 0),
    enabled: stable !== undefined,
  })
  const lineage = data?.lineage
  return (
    <LineageLine
      items={[
        ...((lineage?.datasets ?? []).length > 0
          ? [['data', <DatasetLinks key="data" datasets={lineage?.datasets ?? []} />] as const]
          : []),
        ...(lineage?.runId
          ? [
              [
                'run',
                <Link key="run" to="/runs/$id" params={{ id: lineage.runId }}>
                  run of {lineage.pipeline?.name ?? 'a pipeline'}
                </Link>,
              ] as const,
            ]
          : []),
        ...(stable ? [['model', <VersionLink key="model" {...stable} />] as const] : []),
        [
          'endpoint',
          <span key="endpoint">
            <b>{endpoint.spec.name}</b> (champion)
            {shadow && (
              <>
                {' '}
                · <VersionLink {...shadow} /> in shadow
              </>
            )}
          </span>,
        ],
      ]}
    />
  )
}

function VersionLink({ model, version }: { readonly model: string; readonly version: number }) {
  return (
    <Link to="/models/$name/$version" params={{ name: model, version: String(version) }}>
      {model} v{version}
    </Link>
  )
}
