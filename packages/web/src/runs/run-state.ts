import type { Run, RunSummary } from '@regia/core'

/** Whether something still happens, or will when a person has decided. */
export const isActive = ({ status }: Pick<RunSummary, 'status'>): boolean =>
  status === 'running' || status === 'queued' || status === 'paused'

/** Steps that ask a person and have no answer yet. */
export const openApprovals = ({ steps }: Pick<Run, 'steps'>) =>
  steps.flatMap((stepRun) =>
    stepRun.status === 'paused' && stepRun.approval && stepRun.approval.isApproved === undefined
      ? [{ step: stepRun.step, approval: stepRun.approval, since: stepRun.startedAt }]
      : [],
  )
