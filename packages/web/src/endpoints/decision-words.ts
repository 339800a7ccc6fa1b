import type { Decision } from '@regia/core'
import type { Health } from '../kernel/health.ts'

export const DECISION_WORDS: Readonly<Record<Decision['kind'], string>> = {
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

export const DECISION_LAMPS: Readonly<Record<Decision['kind'], Health>> = {
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

const ENDED: readonly Decision['kind'][] = ['recommended', 'promoted', 'refused', 'rolled-back', 'stopped', 'paused']
const SHARES: readonly Decision['kind'][] = [
  'canary-started',
  'canary-advanced',
  'experiment-started',
  'bandit-started',
  'shares-changed',
  'deployed',
]

/** Whether a decision is among those that are asked for. */
export function isAskedFor({ kind, by }: Pick<Decision, 'kind' | 'by'>, filter: DecisionFilter): boolean {
  if (filter === 'ended') return ENDED.includes(kind)
  if (filter === 'shares') return SHARES.includes(kind)
  return filter === 'all' || (by !== 'release rule' && by !== 'regia')
}
