import { Drawer } from '@mantine/core'
import type { Decision } from '@regia/core'
import { Facts } from '../kernel/facts.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { formatExact } from '../kernel/time.ts'
import { ReleaseFiguresView } from '../releases/release-figures-view.tsx'
import { KIND_WORDS } from '../releases/release-text.ts'
import { Comparison } from './comparison.tsx'
import { DECISION_LAMPS, DECISION_WORDS } from './decision-words.ts'
import classes from './endpoints.module.css'

/** A decision with the figures on which it was taken, as they were then. */
export default function DecisionDrawer({
  decision,
  onClose,
}: {
  readonly decision: Decision
  readonly onClose: () => void
}) {
  const { kind, fromVersion, toVersion, by, reason, comparison, release, eventTime, at } = decision
  const stable = release?.arms.find(({ role }) => role === 'stable')?.version
  return (
    <Drawer
      opened
      onClose={onClose}
      size={760}
      title={
        <span>
          <Lamp health={DECISION_LAMPS[kind]} label={DECISION_WORDS[kind]} /> {DECISION_WORDS[kind]}
          {toVersion !== undefined && ` v${toVersion}`}
        </span>
      }
    >
      <div className={classes.drawer}>
        <p>{reason}</p>
        <Facts
          items={[
            ['when', formatExact(at)],
            ...(eventTime ? [['event time', formatExact(eventTime)] as const] : []),
            ['by', by],
            ...(fromVersion === undefined ? [] : [['from', `v${fromVersion}`] as const]),
            ...(release ? [['release', `${KIND_WORDS[release.kind]} ${release.id}`] as const] : []),
          ]}
        />
        {release && <ReleaseFiguresView figures={release} stableVersion={stable} />}
        {comparison && <Comparison comparison={comparison} />}
      </div>
    </Drawer>
  )
}
