import type { RuleOutcome } from '@regia/core'
import { formatCount } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './releases.module.css'
import { formatLimit, RULE_LAMPS, RULE_WORDS, urgentFirst } from './rule-text.ts'

/** Each rule with its limit, what was observed, and what it says. */
export function RuleList({
  rules,
  label = 'Rules',
}: {
  readonly rules: readonly RuleOutcome[]
  readonly label?: string
}) {
  if (rules.length === 0) return <p className={classes.muted}>No rule has been looked at yet.</p>
  return (
    <PlainTable
      label={label}
      isTight
      rows={urgentFirst(rules)}
      keyOf={(rule, i) => `${rule.rule}-${i}`}
      columns={[
        {
          id: 'rule',
          title: 'Rule',
          cell: ({ rule, state }) => (
            <span className={classes.ruleName}>
              <Lamp health={RULE_LAMPS[state].health} label={RULE_LAMPS[state].word} />
              {RULE_WORDS[rule].title}
            </span>
          ),
        },
        {
          id: 'limit',
          title: 'Limit',
          isNumber: true,
          cell: ({ rule, limit }) => formatLimit(rule, limit),
        },
        { id: 'observed', title: 'Observed', isNumber: true, cell: (rule) => <Observed rule={rule} /> },
        {
          id: 'n',
          title: 'Seen',
          isNumber: true,
          cell: ({ n, needed }) => (
            <span title={`${formatCount(needed)} are needed to pass`}>
              {formatCount(n)}
              {n < needed && ` of ${formatCount(needed)}`}
            </span>
          ),
        },
        { id: 'sentence', title: 'Says', cell: ({ sentence }) => <span className={classes.sentence}>{sentence}</span> },
      ]}
    />
  )
}

function Observed({ rule: { rule, observed, interval } }: { readonly rule: RuleOutcome }) {
  const { format } = RULE_WORDS[rule]
  return (
    <>
      {observed === undefined ? '–' : format(observed)}
      {interval && (
        <div className={classes.muted} title="holds at all times together">
          {format(interval.lower)} to {format(interval.upper)}
        </div>
      )}
    </>
  )
}
