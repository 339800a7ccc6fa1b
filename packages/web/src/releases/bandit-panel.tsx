import type { Release, ReleaseBandit } from '@regia/core'
import { Fragment, useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { ShareChart, type ShareSeries, shareTable } from '../charts/share-chart.tsx'
import { Ago } from '../kernel/ago.tsx'
import { formatCount, formatNumber, formatPercent } from '../kernel/format.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { ReleaseSay } from './release-say.tsx'
import classes from './releases.module.css'
import { RuleList } from './rule-list.tsx'
import { rulesByVersion, rulesLine } from './rule-text.ts'
import { VersionMark } from './version-mark.tsx'
import { toneOf } from './version-tones.ts'

/** A bandit: its shares over time, what each version earned, and how sure it is of the best. */
export function BanditPanel({ release }: { readonly release: Release }) {
  const { bandit, endpoint } = release
  const series = useMemo(() => shareSeries(release), [release])
  return (
    <>
      <ReleaseSay release={release} />
      {bandit ? (
        <>
          {bandit.history.length > 1 && (
            <ChartFrame
              isBare
              name={`Shares of ${endpoint}`}
              title="Shares of the traffic"
              note={
                <>
                  {bandit.algorithm}, computed <Ago at={bandit.updatedAt} />
                </>
              }
              data={() => shareTable(series)}
            >
              <ShareChart label={`Shares of the versions of ${endpoint} over time`} series={series} />
            </ChartFrame>
          )}
          <Beliefs bandit={bandit} release={release} />
        </>
      ) : (
        <p className={classes.muted}>Shares are computed for the first time once it has run for a while.</p>
      )}
      <BanditRules release={release} />
    </>
  )
}

function BanditRules({ release: { rules, arms } }: { readonly release: Release }) {
  // What was taken out is judged no more.
  const judged = arms.slice(1).filter(({ share }) => share > 0)
  return rulesByVersion(rules).map((group, i) => {
    const title = judged[i] ? `Rules of v${judged[i].version}` : 'Rules'
    return (
      <Fragment key={title}>
        <h3 className={classes.part}>
          {title} <small>{rulesLine(group)}</small>
        </h3>
        <RuleList rules={group} label={title} />
      </Fragment>
    )
  })
}

function Beliefs({ bandit, release }: { readonly bandit: ReleaseBandit; readonly release: Release }) {
  const roleOf = (version: number) => ({ version, role: version === release.stableVersion ? 'stable' : 'arm' }) as const
  return (
    <PlainTable
      label="What the versions earned"
      isTight
      rows={bandit.arms}
      keyOf={(arm) => String(arm.version)}
      columns={[
        {
          id: 'version',
          title: 'Version',
          cell: (arm) => <VersionMark one={roleOf(arm.version)} all={release.arms} />,
        },
        { id: 'share', title: 'Share', isNumber: true, cell: (arm) => formatPercent(arm.share) },
        { id: 'mean', title: 'Mean reward', isNumber: true, cell: (arm) => formatNumber(arm.meanReward) },
        { id: 'count', title: 'Rewards', isNumber: true, cell: (arm) => formatCount(arm.rewardCount) },
        { id: 'pending', title: 'Awaited', isNumber: true, cell: (arm) => formatCount(arm.pendingCount) },
        { id: 'best', title: 'P(best)', isNumber: true, cell: (arm) => formatPercent(arm.probabilityBest) },
        {
          id: 'loss',
          title: 'Expected loss',
          isNumber: true,
          cell: (arm) => (
            <span title="what choosing it for good is expected to cost a prediction">
              {formatNumber(arm.expectedLoss)}
            </span>
          ),
        },
      ]}
    />
  )
}

function shareSeries({ bandit, arms }: Release): readonly ShareSeries[] {
  const history = bandit?.history ?? []
  return arms.map((arm) => ({
    name: `v${arm.version}`,
    tone: toneOf(arm, arms),
    points: history.map(({ at, arms: then }) => [
      Date.parse(at),
      then.find(({ version }) => version === arm.version)?.share ?? 0,
    ]),
  }))
}
