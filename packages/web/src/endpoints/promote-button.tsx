import { comparedFigures, type ShadowComparison } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { formatDifference, formatInterval, formatScore } from '../kernel/format.ts'

type PromoteButtonProps = {
  readonly endpoint: string
  readonly comparison: ShadowComparison
  readonly isPrimary?: boolean
}

/** Makes the version in shadow the champion, after a look at the figures. */
export function PromoteButton({ endpoint, comparison, isPrimary = false }: PromoteButtonProps) {
  const { challengerVersion, championVersion, difference, interval, rule, verdict } = comparison
  return (
    <ConfirmAction
      label={`Promote v${challengerVersion}`}
      title={`Promote v${challengerVersion} on ${endpoint}?`}
      isPrimary={isPrimary}
      asksReason
      act={(reason) => api.endpoints.promote(endpoint, reason ? { reason } : {})}
      done={`v${challengerVersion} now answers ${endpoint}`}
    >
      <p>
        v{challengerVersion} takes over from v{championVersion}; v{championVersion} stays loaded for a roll back.
      </p>
      <p>
        {comparedFigures(comparison).label} difference {formatDifference(difference)}
        {interval && ` (${formatInterval(interval)})`}; the rule wants its lower bound above{' '}
        {formatScore(rule.minimumDifference)}.
      </p>
      {verdict !== 'promote' && <p>The rule has not been met: {comparison.reason}</p>}
    </ConfirmAction>
  )
}
