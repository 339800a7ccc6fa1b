import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { type Act, sameAs } from './release-acts.ts'

type ActButtonProps = { readonly endpoint: string; readonly act: Act; readonly isPrimary?: boolean }

/** One thing that can be done about a release, confirmed with what will come of it. */
export function ActButton({ endpoint, act, isPrimary = false }: ActButtonProps) {
  return (
    <ConfirmAction
      label={act.label}
      title={act.title}
      isPrimary={isPrimary}
      asksReason={act.name !== 'retry'}
      act={(reason) => perform(endpoint, act, reason)}
      done={act.done}
      same={(reason) => sameAs(endpoint, act, reason)}
    >
      {act.consequences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </ConfirmAction>
  )
}

function perform(endpoint: string, { name, version }: Act, reason: string | undefined): Promise<unknown> {
  const why = reason === undefined ? {} : { reason }
  if (name === 'promote') return api.endpoints.promote(endpoint, { ...why, ...(version !== undefined && { version }) })
  return name === 'retry' ? api.endpoints.retry(endpoint) : api.endpoints[name](endpoint, why)
}
