import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { experimentQuery, trackedRunQuery } from '../experiments/queries.ts'

type ExperimentCrumbsProps = { readonly id: string | undefined; readonly runId: string | undefined }

/** Experiments and their runs have names; their ids say nothing to a person. */
export default function ExperimentCrumbs({ id, runId }: ExperimentCrumbsProps) {
  const { data: experiment } = useQuery({ ...experimentQuery(id ?? ''), enabled: id !== undefined && id !== 'all' })
  const { data: run } = useQuery({ ...trackedRunQuery(runId ?? ''), enabled: runId !== undefined })
  if (id === undefined) return null
  const name = id === 'all' ? 'all runs' : (experiment?.name ?? id)
  return (
    <>
      <li>
        {runId === undefined ? (
          <b>{name}</b>
        ) : (
          <Link to="/experiments/$id" params={{ id }}>
            {name}
          </Link>
        )}
      </li>
      {runId !== undefined && (
        <li>
          <b>{run?.name ?? runId}</b>
        </li>
      )}
    </>
  )
}
