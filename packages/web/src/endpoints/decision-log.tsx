import type { Decision } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatDifference, formatInterval } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import classes from './endpoints.module.css'
import { decisionsQuery } from './queries.ts'

const WORDS: Readonly<Record<Decision['kind'], string>> = {
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
const LAMPS = {
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
} as const

/** Every change of what answers: who, when, why, and the figures on which it was decided. */
export function DecisionLog({ endpoint }: { readonly endpoint: string }) {
  const query = useQuery(decisionsQuery(endpoint))
  return (
    <Section title="Decisions" note="newest first">
      <Loaded query={query} height={300}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty>Deploys, promotions and roll backs will stand here with their reasons.</Empty>
            ) : (
              <ScrollBox label="Decisions" className={classes.decisions}>
                <ol>
                  {[...items]
                    .sort((a, b) => b.at.localeCompare(a.at))
                    .map((decision) => (
                      <DecisionItem key={decision.id} decision={decision} />
                    ))}
                </ol>
              </ScrollBox>
            )}
          </Card>
        )}
      </Loaded>
    </Section>
  )
}

function DecisionItem({ decision }: { readonly decision: Decision }) {
  const { kind, fromVersion, toVersion, by, reason, comparison, eventTime, at } = decision
  return (
    <li>
      <Lamp health={LAMPS[kind]} label={WORDS[kind]} />
      <div>
        <b>{WORDS[kind]}</b> {toVersion !== undefined && `v${toVersion}`}
        {fromVersion !== undefined && ` (from v${fromVersion})`}
        <p>{reason}</p>
        {comparison?.difference !== undefined && (
          <p>
            AUC {formatDifference(comparison.difference)}{' '}
            {comparison.interval && `(${formatInterval(comparison.interval)})`}
          </p>
        )}
      </div>
      <small>
        <Ago at={at} />
        <br />
        by {by}
        {eventTime && (
          <>
            <br />
            at {formatMinute(eventTime)}
          </>
        )}
      </small>
    </li>
  )
}
