import type { Run } from '@regia/core'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { plural } from '../kernel/format.ts'

type RecoverButtonProps = {
  readonly run: Run
  /** A step that is done again although it had finished. */
  readonly from?: string
}

/** Goes on where a run ended: a new one of the same version and params takes over what was finished. */
export function RecoverButton({ run, from }: RecoverButtonProps) {
  const navigate = useNavigate()
  const name = `${run.pipeline} #${run.number}`
  const done = run.steps.filter(({ status }) => status === 'succeeded' || status === 'cached').length
  const recover = async () => {
    const next = await api.runs.recover(run.id, from === undefined ? {} : { refresh: [from] })
    await navigate({ to: '/runs/$id', params: { id: next.id } })
  }
  return (
    <ConfirmAction
      label={from === undefined ? 'Recover' : 'Recover from here'}
      title={`Recover ${name}${from === undefined ? '' : ` from ${from}`}?`}
      isPrimary={from === undefined}
      act={recover}
      done={`${run.pipeline} goes on where #${run.number} ended`}
    >
      <p>
        {from === undefined
          ? `Starts a run of the same version and params. It takes over ${plural(done, 'finished step')} of ${run.steps.length} and does the rest.`
          : `Starts a run of the same version and params that does ${from} again, and what depends on it if it makes something else. The rest is taken over.`}
      </p>
      <Command text={`regia recover ${run.pipeline}#${run.number}${from === undefined ? '' : ` --refresh ${from}`}`} />
    </ConfirmAction>
  )
}
