import type { Run, RunSummary } from '@regia/core'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { plural } from '../kernel/format.ts'
import { LaunchButton } from '../pipelines/launch-button.tsx'
import { isActive } from './run-state.ts'

/** What can be done with a run: stop it, go on where it failed, do it again. */
export function RunActions({ run }: { readonly run: Run }) {
  const name = `${run.pipeline} #${run.number}`
  return (
    <>
      {isActive(run) && (
        <ConfirmAction
          label="Cancel"
          title={`Cancel ${name}?`}
          act={() => api.runs.cancel(run.id)}
          done={`${name} was asked to stop`}
        >
          <p>Steps that run are stopped. What has finished stays in the cache: the next run goes on from there.</p>
        </ConfirmAction>
      )}
      {(run.status === 'failed' || run.status === 'cancelled') && <RecoverButton run={run} />}
      <LaunchButton
        label="Run again"
        version={{ pipeline: run.pipeline, version: run.pipelineVersion, graph: run.graph }}
        options={{
          params: run.params,
          onFailure: run.onFailure,
          ...(run.selection && { selection: run.selection }),
        }}
      />
    </>
  )
}

function RecoverButton({ run }: { readonly run: Run }) {
  const navigate = useNavigate()
  const done = run.steps.filter(({ status }) => status === 'succeeded' || status === 'cached').length
  const recover = async () => {
    const next: RunSummary = await api.runs.recover(run.id)
    await navigate({ to: '/runs/$id', params: { id: next.id } })
  }
  return (
    <ConfirmAction
      label="Recover"
      title={`Recover ${run.pipeline} #${run.number}?`}
      isPrimary
      act={recover}
      done={`${run.pipeline} goes on where #${run.number} ended`}
    >
      <p>
        Starts a run of the same version and params. It takes over {plural(done, 'finished step')} of {run.steps.length}{' '}
        and does the rest.
      </p>
    </ConfirmAction>
  )
}
