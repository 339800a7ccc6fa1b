import type { ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { DatasetLinks } from '../data/dataset-links.tsx'
import { roleWord } from '../endpoints/deployments.ts'
import { endpointsQuery } from '../endpoints/queries.ts'
import { trackedRunQuery } from '../experiments/queries.ts'
import { LineageLine } from '../kernel/lineage-line.tsx'

/** Data → run → version → endpoint, each a link. */
export function ModelLineage({ version }: { readonly version: ModelVersion }) {
  const { data } = useQuery(endpointsQuery)
  const { datasets, runId, pipeline, optimisation } = version.lineage
  const isTracked = runId === undefined && version.runId !== undefined
  const { data: tracked } = useQuery({ ...trackedRunQuery(version.runId ?? ''), enabled: isTracked })
  const serving = (data?.items ?? []).flatMap((endpoint) =>
    endpoint.deployments
      .filter((each) => each.model === version.model && each.version === version.version)
      .map((each) => ({ name: endpoint.spec.name, role: roleWord(each.role) })),
  )
  // Alone it would only say the title again.
  if (datasets.length === 0 && !runId && !version.runId && serving.length === 0) return null
  return (
    <LineageLine
      items={[
        ...(datasets.length > 0 ? [['data', <DatasetLinks key="data" datasets={datasets} />] as const] : []),
        ...(runId
          ? [
              [
                'run',
                <Link key="run" to="/runs/$id" params={{ id: runId }}>
                  {pipeline ? `${pipeline.name} v${pipeline.version}, run` : 'run'}
                </Link>,
              ] as const,
            ]
          : []),
        ...(isTracked && tracked
          ? [
              [
                'tracked',
                <Link
                  key="tracked"
                  to="/experiments/$id/runs/$runId"
                  params={{ id: tracked.experimentId, runId: tracked.id }}
                >
                  run {tracked.name}
                </Link>,
              ] as const,
            ]
          : []),
        ...(optimisation?.fromVersion === undefined
          ? []
          : [
              [
                'from',
                <Link
                  key="from"
                  to="/models/$name/$version"
                  params={{ name: version.model, version: String(optimisation.fromVersion) }}
                >
                  {version.model} v{optimisation.fromVersion}
                </Link>,
              ] as const,
            ]),
        ['version', <b key="version">{`${version.model} v${version.version}`}</b>],
        ...serving.map(
          ({ name, role }) =>
            [
              `endpoint-${name}-${role}`,
              <Link key={`${name}-${role}`} to="/endpoints/$name" params={{ name }}>
                endpoint {name} ({role})
              </Link>,
            ] as const,
        ),
      ]}
    />
  )
}
