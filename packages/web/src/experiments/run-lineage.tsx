import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { plural } from '../kernel/format.ts'
import { LineageLine } from '../kernel/lineage-line.tsx'
import { experimentQuery, trackedRunQuery } from './queries.ts'

/** Where the run stands: its experiment, the run around it, the pipeline behind it. */
export function RunLineage({ run, experimentId }: { readonly run: TrackedRunDetail; readonly experimentId: string }) {
  const { data: experiment } = useQuery(experimentQuery(run.experimentId || experimentId))
  const { data: parent } = useQuery({ ...trackedRunQuery(run.parentId ?? ''), enabled: run.parentId !== undefined })
  const { origin } = run
  return (
    <LineageLine
      items={[
        [
          'experiment',
          <Link key="experiment" to="/experiments/$id" params={{ id: run.experimentId }}>
            {experiment?.name ?? `experiment ${run.experimentId}`}
          </Link>,
        ],
        ...(origin
          ? [
              [
                'origin',
                <Link
                  key="origin"
                  to="/runs/$id"
                  params={{ id: origin.runId }}
                  search={origin.step === undefined ? {} : { step: origin.step }}
                >
                  {origin.pipeline} #{origin.number}
                  {origin.step && `, step ${origin.step}`}
                </Link>,
              ] as const,
            ]
          : []),
        ...(run.parentId
          ? [
              [
                'parent',
                <Link
                  key="parent"
                  to="/experiments/$id/runs/$runId"
                  params={{ id: parent?.experimentId ?? run.experimentId, runId: run.parentId }}
                >
                  {parent?.name ?? run.parentId}
                </Link>,
              ] as const,
            ]
          : []),
        ['run', run.name],
        ...((run.childCount ?? 0) > 0
          ? [
              [
                'children',
                <Link
                  key="children"
                  to="/experiments/$id"
                  params={{ id: run.experimentId }}
                  search={{ filter: `parent = '${run.id}'` }}
                >
                  {plural(run.childCount ?? 0, 'child run')}
                </Link>,
              ] as const,
            ]
          : []),
      ]}
    />
  )
}
