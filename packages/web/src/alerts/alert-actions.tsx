import type { Alert } from '@regia/core'
import { Link } from '@tanstack/react-router'

/** What the monitor has already done about it. */
export function AlertActions({ alert }: { readonly alert: Alert }) {
  return alert.actions.map((action) => (
    <span key={`${action.pipeline}-${action.runId ?? ''}`}>
      {' · '}
      {action.runId ? (
        <Link to="/runs/$id" params={{ id: action.runId }}>
          retraining with {action.pipeline}
        </Link>
      ) : (
        `no retraining: ${action.skippedBecause ?? 'not started'}`
      )}
    </span>
  ))
}
