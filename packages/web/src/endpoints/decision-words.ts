import type { DecisionKind, DecisionListQuery } from '@regia/core'
import type { Health } from '../kernel/health.ts'

export const DECISION_WORDS: Readonly<Record<DecisionKind, string>> = {
  created: 'Created',
  changed: 'Changed',
  deployed: 'Deployed',
  'shadow-started': 'Shadow started',
  'canary-started': 'Canary started',
  'canary-advanced': 'Canary advanced',
  'experiment-started': 'Experiment started',
  'bandit-started': 'Bandit started',
  'shares-changed': 'Shares changed',
  paused: 'Paused',
  resumed: 'Resumed',
  recommended: 'Recommended',
  promoted: 'Promoted',
  refused: 'Refused',
  'rolled-back': 'Rolled back',
  stopped: 'Stopped',
}

export const DECISION_LAMPS: Readonly<Record<DecisionKind, Health>> = {
  created: 'unknown',
  changed: 'unknown',
  deployed: 'well',
  'shadow-started': 'unknown',
  'canary-started': 'unknown',
  'canary-advanced': 'well',
  'experiment-started': 'unknown',
  'bandit-started': 'unknown',
  'shares-changed': 'unknown',
  paused: 'attention',
  resumed: 'unknown',
  recommended: 'well',
  promoted: 'well',
  refused: 'attention',
  'rolled-back': 'attention',
  stopped: 'unknown',
}

/** What a person asks the log for. */
export const DECISION_FILTERS = ['all', 'ended', 'shares', 'hands'] as const
export type DecisionFilter = (typeof DECISION_FILTERS)[number]

export const FILTER_CHOICES = [
  ['all', 'all'],
  ['ended', 'verdicts'],
  ['shares', 'shares'],
  ['hands', 'by hand'],
] as const satisfies readonly (readonly [DecisionFilter, string])[]

const ENDED: readonly DecisionKind[] = ['recommended', 'promoted', 'refused', 'rolled-back', 'stopped', 'paused']
const SHARES: readonly DecisionKind[] = [
  'canary-started',
  'canary-advanced',
  'experiment-started',
  'bandit-started',
  'shares-changed',
  'deployed',
]

/** What the server is asked for, so that pages and totals hold for the filter. */
export const FILTER_QUERIES: Readonly<Record<DecisionFilter, Pick<DecisionListQuery, 'by' | 'kinds'>>> = {
  all: {},
  ended: { kinds: ENDED },
  shares: { kinds: SHARES },
  hands: { by: 'person' },
}
