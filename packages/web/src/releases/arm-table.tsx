import { type ArmMetric, RELEASE_METRIC_INFO, type ReleaseArm, type ReleaseMetric } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatCount, formatDuration, formatNumber, formatPercent, formatScore } from '../kernel/format.ts'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './releases.module.css'
import { VersionMark } from './version-mark.tsx'

type ArmTableProps = {
  readonly arms: readonly ReleaseArm[]
  /** Only these of the metrics on labels; all where none is named. */
  readonly metrics?: readonly ReleaseMetric[]
}

/** Each version of a release, and what it did since the release began. */
export function ArmTable({ arms, metrics: wanted }: ArmTableProps) {
  const known = [...new Set(arms.flatMap((arm) => arm.metrics.map(({ name }) => name)))]
  const metrics = wanted ? known.filter((name) => wanted.includes(name)) : known
  return (
    <PlainTable
      label="Versions in this release"
      isTight
      rows={arms}
      keyOf={(arm) => String(arm.version)}
      columns={[
        { id: 'version', title: 'Version', cell: (arm) => <ArmName arm={arm} arms={arms} /> },
        { id: 'share', title: 'Share', isNumber: true, cell: (arm) => formatPercent(arm.share) },
        { id: 'requests', title: 'Requests', isNumber: true, cell: (arm) => formatCount(arm.requestCount) },
        {
          id: 'errors',
          title: 'Failed',
          isNumber: true,
          cell: (arm) => (
            <span title={`${formatCount(arm.invalidCount)} answers were no numbers`}>
              {formatCount(arm.errorCount)}
              {arm.errorCount > 0 && <span className={classes.muted}> {formatPercent(arm.errorRate)}</span>}
            </span>
          ),
        },
        { id: 'p50', title: 'p50', isNumber: true, cell: (arm) => formatDuration(arm.p50Ms) },
        { id: 'p95', title: 'p95', isNumber: true, cell: (arm) => formatDuration(arm.p95Ms) },
        { id: 'p99', title: 'p99', isNumber: true, cell: (arm) => formatDuration(arm.p99Ms) },
        { id: 'score', title: 'Mean score', isNumber: true, cell: (arm) => formatScore(arm.meanScore) },
        ...metrics.map((name) => ({
          id: name,
          title: RELEASE_METRIC_INFO[name].label,
          isNumber: true,
          cell: (arm: ReleaseArm) => <Metric metric={arm.metrics.find((each) => each.name === name)} />,
        })),
      ]}
    />
  )
}

function ArmName({ arm, arms }: { readonly arm: ReleaseArm; readonly arms: readonly ReleaseArm[] }) {
  const model = arm.model.split('@')[0] ?? ''
  return (
    <div className={classes.armName}>
      <Link to="/models/$name/$version" params={{ name: model, version: String(arm.version) }}>
        <VersionMark one={arm} all={arms} />
      </Link>
      {arm.failure && <div className={classes.failure}>takes no traffic: {arm.failure}</div>}
    </div>
  )
}

function Metric({ metric }: { readonly metric: ArmMetric | undefined }) {
  if (!metric) return <>–</>
  const { mean, interval, n } = metric
  return (
    <span title={`${formatCount(n)} labels or rewards; 95 % interval`}>
      {formatNumber(mean)}
      {interval && (
        <div className={classes.muted}>
          {formatNumber(interval.lower)} to {formatNumber(interval.upper)}
        </div>
      )}
    </span>
  )
}
