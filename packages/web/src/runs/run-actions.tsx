import type { Run } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { LaunchButton } from '../pipelines/launch-button.tsx'
import { RecoverButton } from './recover-button.tsx'
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
