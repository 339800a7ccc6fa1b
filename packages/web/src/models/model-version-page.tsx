import { isPackaged, type ModelVersion, type PackagedVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Bars } from '../charts/bars.tsx'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { formatBytes, formatCount, formatNumber, formatPercent, shortDigest } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Columns, Section, Stat } from '../kernel/section.tsx'
import { AliasRequests } from './alias-requests.tsx'
import { AliasTags } from './alias-tags.tsx'
import { CardPanel } from './card-panel.tsx'
import { CheckLamps } from './check-lamps.tsx'
import { Evaluation } from './evaluation.tsx'
import { IntervalPlot } from './interval-plot.tsx'
import { ModelLineage } from './model-lineage.tsx'
import classes from './models.module.css'
import { OriginPanel } from './origin-panel.tsx'
import { PackagingNote } from './packaging-note.tsx'
import { PromoteAlias } from './promote-alias.tsx'
import { modelVersionQuery } from './queries.ts'
import { mainMetric, scoreLines } from './scores.ts'
import { SignaturePanel } from './signature-panel.tsx'
import { TagsPanel } from './tags-panel.tsx'
import { trainedOn } from './trained-on.ts'
import { TryVersion } from './try-version.tsx'
import { VersionMenu } from './version-menu.tsx'

const route = getRouteApi('/models/$name/$version')

/** Is this version better than what it would replace, and what stands behind it? */
export default function ModelVersionPage() {
  const { name, version } = route.useParams()
  const query = useQuery(modelVersionQuery(name, version))
  const loaded = query.data
  return (
    <Page
      title={`${name} v${loaded?.version ?? version}`}
      health={loaded?.report && (loaded.report.passed ? 'well' : 'broken')}
      under={loaded ? <ModelLineage version={loaded} /> : '…'}
      actions={
        loaded && (
          <>
            <PromoteAlias version={loaded} />
            <VersionMenu version={loaded} />
          </>
        )
      }
      cli={`regia models show ${name}@${version}`}
      http={`GET /api/v1/models/${name}/versions/${version}`}
    >
      <Loaded query={query} height={[[224, 224], [340, 340], 200]}>
        {(model) => (
          <>
            <PackagingNote version={model} />
            <Head version={model} />
            <AliasRequests model={model.model} version={model.version} />
            {model.report && <Evaluation report={model.report} />}
            {isPackaged(model) && (
              <div className={classes.two}>
                <Section title="What it looks at" note="feature importance">
                  <Card pad>
                    <Bars label="Feature importance" rows={importanceRows(model)} />
                  </Card>
                </Section>
                <SignaturePanel model={model} />
              </div>
            )}
            {isPackaged(model) && <TryVersion version={model} />}
            <CardPanel version={model} />
            <div className={classes.two}>
              <OriginPanel version={model} />
              <TagsPanel
                tags={model.tags}
                onChange={(tags) => api.models.updateVersion(model.model, model.version, { tags: { ...tags } })}
              />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

const importanceRows = (version: PackagedVersion) => {
  const total = version.package.featureImportance.reduce((sum, each) => sum + Math.abs(each.importance), 0) || 1
  return [...version.package.featureImportance]
    .sort((a, b) => b.importance - a.importance)
    .slice(0, 20)
    .map(({ feature, importance }) => ({
      name: feature,
      value: Math.max(0, importance),
      text: formatPercent(importance / total),
    }))
}

const NOT_MEASURED = { maxError: 0, rowCount: 0 }

function Head({ version }: { readonly version: ModelVersion }) {
  const { report } = version
  const metric = mainMetric(report)
  // The gate compares every held-out row; the package only a sample.
  const parity = report?.parity ?? version.package?.parity ?? NOT_MEASURED
  return (
    <div className={classes.head}>
      <Card>
        {report && metric ? (
          <>
            <div className={classes.headTitle}>{metric.toUpperCase()} on held-out rows, with 95 % intervals</div>
            <IntervalPlot label={`${metric} against the baselines`} lines={scoreLines(report, metric)} />
          </>
        ) : (
          <div className={classes.headTitle}>This version was registered without an evaluation.</div>
        )}
      </Card>
      <Columns min={230}>
        <Stat label="Checks" value={report ? (report.passed ? 'passed' : 'failed') : 'none'}>
          <CheckLamps report={report} />
        </Stat>
        <Stat label="Aliases" value={<AliasTags aliases={version.aliases.length > 0 ? version.aliases : ['none']} />}>
          registered <Ago at={version.createdAt} />
        </Stat>
        <Stat
          label="Training and graph agree"
          value={parity.rowCount === 0 ? 'not measured' : formatNumber(parity.maxError)}
          unit={parity.rowCount === 0 ? '' : 'max difference'}
        >
          on {formatCount(parity.rowCount)} rows
        </Stat>
        {isPackaged(version) ? (
          <Stat label="Size" value={formatBytes(version.package.graphSizeBytes)} unit={version.package.learner.name}>
            trained on {trainedOn(version)} ·{' '}
            <code title={version.packageDigest}>{shortDigest(version.packageDigest)}</code>
          </Stat>
        ) : (
          <Stat label="Package" value={version.packaging.status === 'pending' ? 'being made' : 'none'}>
            {version.stage !== 'None' && `stage ${version.stage} · `}registered as it was logged
          </Stat>
        )}
      </Columns>
    </div>
  )
}
