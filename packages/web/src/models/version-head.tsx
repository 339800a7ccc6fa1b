import { isPackaged, type ModelVersion, type Report } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { formatBytes, formatCount, formatNumber, shortDigest } from '../kernel/format.ts'
import { Card, Columns, Stat } from '../kernel/section.tsx'
import { AliasList } from './alias-list.tsx'
import { CheckLamps } from './check-lamps.tsx'
import { IntervalPlot } from './interval-plot.tsx'
import classes from './models.module.css'
import { RunMetrics } from './run-metrics.tsx'
import { mainMetric, scoreLines } from './scores.ts'
import { StageSelect } from './stage-select.tsx'
import { trainedOn } from './trained-on.ts'

/** How good a version is, what it is called and how large it is: what somebody looks at first. */
export function VersionHead({ version }: { readonly version: ModelVersion }) {
  const { report } = version
  const metric = mainMetric(report)
  if (!report || !metric) return <Unjudged version={version} />
  return (
    <div className={classes.head}>
      <Card>
        <div className={classes.headTitle}>{metric.toUpperCase()} on held-out rows, with 95 % intervals</div>
        <IntervalPlot label={`${metric} against the baselines`} lines={scoreLines(report, metric)} />
      </Card>
      <Columns min={230}>
        <Stat label="Checks" value={report.passed ? 'passed' : 'failed'}>
          <CheckLamps report={report} />
        </Stat>
        <Names version={version} />
        <Parity version={version} report={report} />
        <Size version={version} />
      </Columns>
    </div>
  )
}

function Unjudged({ version }: { readonly version: ModelVersion }) {
  return (
    <>
      <Columns min={230}>
        <Stat label="Checks" value="none">
          registered without an evaluation
        </Stat>
        <Names version={version} />
        <Parity version={version} report={undefined} />
        <Size version={version} />
      </Columns>
      {/* An optimised version names the run of the one it was made from, whose scores are not its own. */}
      {version.runId !== undefined && !version.lineage.optimisation && <RunMetrics run={version.runId} />}
    </>
  )
}

const Names = ({ version }: { readonly version: ModelVersion }) => (
  <Stat label="Aliases" value={<AliasList version={version} />}>
    <span className={classes.names}>
      <span>
        registered <Ago at={version.createdAt} />
      </span>
      <StageSelect version={version} />
    </span>
  </Stat>
)

type ParityProps = { readonly version: ModelVersion; readonly report: Report | undefined }

function Parity({ version, report }: ParityProps) {
  // The gate compares every held-out row; the package only a sample.
  const { optimisation } = version.lineage
  const parity = report?.parity ?? version.package?.parity
  if (!parity || parity.rowCount === 0) return null
  return (
    <Stat
      label={
        optimisation
          ? `Differs from ${optimisation.fromVersion === undefined ? 'what it was made from' : `v${optimisation.fromVersion}`}`
          : 'Training and graph agree'
      }
      value={formatNumber(parity.maxError)}
      unit="max difference"
    >
      on {formatCount(parity.rowCount)} rows
    </Stat>
  )
}

function Size({ version }: { readonly version: ModelVersion }) {
  if (!isPackaged(version)) {
    return (
      <Stat label="Package" value={version.packaging.status === 'pending' ? 'being made' : 'none'}>
        kept as it was logged
      </Stat>
    )
  }
  const { package: manifest, packageDigest } = version
  return (
    <Stat
      label="Size"
      value={manifest.answeredBy ? 'no graph' : formatBytes(manifest.graphSizeBytes)}
      unit={manifest.learner.name}
    >
      {manifest.trainedOn && `trained on ${trainedOn(version)} · `}
      <code title={packageDigest}>{shortDigest(packageDigest)}</code>
    </Stat>
  )
}
