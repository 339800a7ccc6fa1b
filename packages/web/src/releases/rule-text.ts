import type { ReleaseRule, RuleOutcome } from '@regia/core'
import { formatCount, formatDuration, formatNumber, formatPercent } from '../kernel/format.ts'

type RuleWords = { readonly title: string; readonly format: (value: number) => string }

const points = (value: number) => `${value > 0 ? '+' : ''}${formatNumber(value * 100)}\u00a0points`
const signedNumber = (value: number) => `${value > 0 ? '+' : ''}${formatNumber(value)}`
// Latencies may be several times as long: no cap at 100 %.
const signedPercent = (value: number) => `${value > 0 ? '+' : ''}${formatNumber(value * 100)}\u00a0%`

/** What each rule is called, and how its numbers read. */
export const RULE_WORDS: Readonly<Record<ReleaseRule, RuleWords>> = {
  errorRate: { title: 'Failed requests', format: formatPercent },
  errorRateIncrease: { title: 'Failed requests above the champion’s', format: points },
  p99Ms: { title: 'Latency p99', format: formatDuration },
  latencyIncrease: { title: 'Latency above the champion’s', format: signedPercent },
  scoreShift: { title: 'Shift of the scores (PSI)', format: formatNumber },
  invalidAnswers: { title: 'Answers that are no numbers', format: formatCount },
  consecutiveFailures: { title: 'Failures in a row', format: formatCount },
  metric: { title: 'Worse on labels', format: signedNumber },
  nonInferior: { title: 'Not worse on labels', format: signedNumber },
  checks: { title: 'Checks of the version', format: formatNumber },
}

/** The limit of a rule. On labels it is a margin, whichever side is the better one. */
export function formatLimit(rule: ReleaseRule, limit: number): string {
  if (rule === 'checks') return ''
  return rule === 'metric' || rule === 'nonInferior'
    ? `worse by ${formatNumber(limit)}`
    : RULE_WORDS[rule].format(limit)
}

export const RULE_LAMPS = {
  passes: { health: 'well', word: 'passes' },
  fails: { health: 'broken', word: 'fails' },
  waits: { health: 'waiting', word: 'waits' },
} as const

/** What fails first, then what is still waited for. */
export const urgentFirst = (rules: readonly RuleOutcome[]): readonly RuleOutcome[] =>
  [...rules].sort((a, b) => RANK[a.state] - RANK[b.state])

const RANK = { fails: 0, waits: 1, passes: 2 } as const

/** `2 fail, 1 waits, 5 pass`. */
export function rulesLine(rules: readonly RuleOutcome[]): string {
  const count = (state: RuleOutcome['state']) => rules.filter((rule) => rule.state === state).length
  const parts = [
    [count('fails'), 'fails', 'fail'],
    [count('waits'), 'waits', 'wait'],
    [count('passes'), 'passes', 'pass'],
  ] as const
  return parts
    .filter(([n]) => n > 0)
    .map(([n, one, many]) => `${n} ${n === 1 ? one : many}`)
    .join(', ')
}

/** The rules of each version that is judged: a bandit's come one version after the other, each rule once. */
export function rulesByVersion(rules: readonly RuleOutcome[]): readonly (readonly RuleOutcome[])[] {
  const groups: RuleOutcome[][] = []
  for (const rule of rules) {
    const group = groups.at(-1)
    if (!group || group.some((each) => each.rule === rule.rule)) groups.push([rule])
    else group.push(rule)
  }
  return groups
}
