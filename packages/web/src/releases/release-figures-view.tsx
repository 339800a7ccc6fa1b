import type { ReleaseFigures } from '@regia/core'
import { formatCount, formatNumber, formatPercent } from '../kernel/format.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { ArmTable } from './arm-table.tsx'
import { signed } from './effect-scale.ts'
import classes from './releases.module.css'
import { RuleList } from './rule-list.tsx'
import { rulesLine } from './rule-text.ts'
import { VersionMark } from './version-mark.tsx'

type FiguresProps = { readonly figures: ReleaseFigures; readonly stableVersion: number | undefined }

/** The figures of a release at a moment: versions, rules, differences, beliefs. */
export function ReleaseFiguresView({ figures, stableVersion }: FiguresProps) {
  const { arms, step, rules, analysis, bandit } = figures
  return (
    <div className={classes.panel}>
      {step && (
        <p>
          Step {step.place} of {step.of}, {step.percent}&nbsp;% of the traffic · {formatCount(step.requestCount)} of{' '}
          {formatCount(step.neededCount)} requests
        </p>
      )}
      <ArmTable arms={arms} />
      {rules.length > 0 && (
        <>
          <h3 className={classes.part}>
            Rules <small>{rulesLine(rules)}</small>
          </h3>
          <RuleList rules={rules} />
        </>
      )}
      {analysis && <Analysis analysis={analysis} />}
      {bandit && (
        <PlainTable
          label="Beliefs"
          isTight
          rows={bandit.arms}
          keyOf={({ version }) => String(version)}
          columns={[
            {
              id: 'version',
              title: 'Version',
              cell: ({ version }) => (
                <VersionMark one={{ version, role: version === stableVersion ? 'stable' : 'arm' }} all={arms} />
              ),
            },
            { id: 'share', title: 'Share', isNumber: true, cell: ({ share }) => formatPercent(share) },
            { id: 'mean', title: 'Mean reward', isNumber: true, cell: ({ meanReward }) => formatNumber(meanReward) },
            { id: 'count', title: 'Rewards', isNumber: true, cell: ({ rewardCount }) => formatCount(rewardCount) },
            {
              id: 'best',
              title: 'P(best)',
              isNumber: true,
              cell: ({ probabilityBest }) => formatPercent(probabilityBest),
            },
            {
              id: 'loss',
              title: 'Expected loss',
              isNumber: true,
              cell: ({ expectedLoss }) => formatNumber(expectedLoss),
            },
          ]}
        />
      )}
    </div>
  )
}

function Analysis({ analysis }: { readonly analysis: NonNullable<ReleaseFigures['analysis']> }) {
  const { comparisons, metric, sampleRatio, reason } = analysis
  return (
    <>
      <h3 className={classes.part}>Differences in {metric}</h3>
      <p>{reason}</p>
      <PlainTable
        label={`Differences in ${metric}`}
        isTight
        rows={comparisons}
        keyOf={({ version }) => String(version)}
        columns={[
          { id: 'version', title: 'Version', cell: ({ version }) => `v${version}` },
          {
            id: 'difference',
            title: 'Difference',
            isNumber: true,
            cell: ({ difference }) => (difference === undefined ? 'hidden' : signed(difference)),
          },
          {
            id: 'interval',
            title: 'Interval',
            isNumber: true,
            cell: ({ interval }) => (interval ? `${signed(interval.lower)} to ${signed(interval.upper)}` : '–'),
          },
          { id: 'p', title: 'p', isNumber: true, cell: ({ pValue }) => formatNumber(pValue) },
          {
            id: 'n',
            title: 'Labels',
            isNumber: true,
            cell: ({ n, needed }) => `${formatCount(n)} of ${formatCount(needed)}`,
          },
          { id: 'verdict', title: 'Verdict', cell: ({ verdict }) => verdict.replace('-', ' ') },
        ]}
      />
      <p className={classes.muted}>
        {sampleRatio.observed.length === 0
          ? 'The split was not judged.'
          : `Split ${sampleRatio.observed.map(formatCount).join(' : ')}, p = ${formatNumber(sampleRatio.pValue)}: ${sampleRatio.isSound ? 'sound' : 'broken'}.`}
      </p>
    </>
  )
}
