import { type ExperimentAnalysis, type ExperimentPolicy, RELEASE_METRIC_INFO, type Release } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { endpointQuery } from '../endpoints/queries.ts'
import { Empty } from '../kernel/empty.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatNumber, formatPercent } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { ArmTable } from './arm-table.tsx'
import { EffectPlot } from './effect-plot.tsx'
import { isExperimentPolicy } from './experiment-panel.tsx'
import { ExperimentProgress } from './experiment-progress.tsx'
import { powerNow } from './power-now.ts'
import { releaseQuery } from './queries.ts'
import { ReleaseBar } from './release-bar.tsx'
import { ReleaseSay } from './release-say.tsx'
import { STATE_LAMPS, STATE_WORDS, VERDICT_WORDS } from './release-text.ts'
import classes from './releases.module.css'
import { RuleList } from './rule-list.tsx'
import { rulesLine } from './rule-text.ts'
import { SampleRatio } from './sample-ratio.tsx'

const route = getRouteApi('/endpoints/$name/experiment')

/** Which version is better, how sure is that, and can the figures be trusted? */
export default function ExperimentPage() {
  const { name } = route.useParams()
  const endpoint = useQuery(endpointQuery(name))
  const query = useQuery(releaseQuery(name))
  const release = query.data ?? undefined
  const health = release && STATE_LAMPS[release.state]
  return (
    <Page
      title={`Experiment on ${name}`}
      {...(health && { health })}
      under={
        <>
          endpoint{' '}
          <Link to="/endpoints/$name" params={{ name }}>
            {name}
          </Link>
          {release && ` · ${STATE_WORDS[release.state]}`}
        </>
      }
      cli={`regia endpoints release ${name}`}
      http={`GET /api/v1/endpoints/${encodeURIComponent(name)}/release`}
    >
      {endpoint.data && <ReleaseBar endpoint={endpoint.data} />}
      {query.isSuccess && release?.kind !== 'experiment' ? (
        <Card>
          <Empty command="regia apply">
            No experiment runs on this endpoint. Begin one on the page of the endpoint, or write `experiment` in its
            file: arms with their shares, a metric, and the smallest difference that is worth finding.
          </Empty>
        </Card>
      ) : (
        <Loaded query={query} height={[120, 240, 200]}>
          {(found) => <Experiment release={found} />}
        </Loaded>
      )}
    </Page>
  )
}

function Experiment({ release }: { readonly release: Release }) {
  const { policy, analysis } = release
  if (!isExperimentPolicy(policy)) return null
  const metric = RELEASE_METRIC_INFO[policy.metric]
  return (
    <>
      <Section title="Verdict" note={analysis ? VERDICT_WORDS[analysis.verdict] : 'nothing counted yet'}>
        <Card>
          <div className={classes.panel}>
            <ReleaseSay release={release} />
          </div>
        </Card>
      </Section>
      <Section
        title={`Difference in ${metric.label}`}
        note={`${metric.direction === 'higher' ? 'higher' : 'lower'} is better · arm − control · ${intervalNote(policy)}`}
      >
        <Card pad>
          {analysis ? (
            <EffectPlot analysis={analysis} minimumEffect={policy.minimumEffect} />
          ) : (
            <p className={classes.muted}>No label or reward has come yet.</p>
          )}
        </Card>
      </Section>
      <Section title="Arms" note="since the experiment began">
        <Card>
          <ArmTable arms={release.arms} />
        </Card>
      </Section>
      {analysis && <Trust release={release} policy={policy} analysis={analysis} />}
      {analysis && <Guards analysis={analysis} />}
    </>
  )
}

const intervalNote = ({ method, alpha }: ExperimentPolicy) =>
  method === 'sequential'
    ? `${formatPercent(1 - alpha)} intervals, valid whenever you look`
    : `${formatPercent(1 - alpha)} intervals, once, at the planned size`

type TrustProps = {
  readonly release: Release
  readonly policy: ExperimentPolicy
  readonly analysis: ExperimentAnalysis
}

/** How large it is and must be, what it can find, and whether the split is sound. */
function Trust({ release, policy, analysis }: TrustProps) {
  const { sampleRatio, comparisons } = analysis
  return (
    <Columns min={340}>
      <Section title="Planned size" note="labels or rewards of each version">
        <Card>
          <div className={classes.panel}>
            <ExperimentProgress analysis={analysis} />
            <Facts
              items={[
                ['worth finding', `±${formatNumber(policy.minimumEffect)}`],
                ['false alarms', `${formatPercent(policy.alpha)} over all arms`],
                ['planned power', formatPercent(policy.power)],
                ...comparisons.map(
                  ({ version }) =>
                    [`power now, v${version}`, formatPercent(powerNow(release, policy, version))] as const,
                ),
              ]}
            />
          </div>
        </Card>
      </Section>
      <Section title="Sample ratio" note="do the arms get what they should?">
        <Card pad>
          <SampleRatio
            ratio={sampleRatio}
            versions={release.arms.map(({ version }) => version)}
            isSticky={policy.sticky !== undefined}
          />
        </Card>
      </Section>
    </Columns>
  )
}

/** The rules that guard each arm. */
function Guards({ analysis }: { readonly analysis: ExperimentAnalysis }) {
  return analysis.comparisons
    .filter(({ rules }) => rules.length > 0)
    .map(({ version, rules }) => (
      <Section key={version} title={`What guards v${version}`} note={rulesLine(rules)}>
        <Card>
          <RuleList rules={rules} label={`Rules of v${version}`} />
        </Card>
      </Section>
    ))
}
