import { type Endpoint, isComposed, type Release } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Comparison } from '../endpoints/comparison.tsx'
import { Command } from '../kernel/command.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { ActButton } from './act-button.tsx'
import { ArmTable } from './arm-table.tsx'
import { BanditPanel } from './bandit-panel.tsx'
import { CanaryPanel } from './canary-panel.tsx'
import { ExperimentPanel } from './experiment-panel.tsx'
import { releaseQuery } from './queries.ts'
import { retryOf } from './release-acts.ts'
import { judgedMetrics, KIND_WORDS, STATE_WORDS } from './release-text.ts'
import classes from './releases.module.css'
import { ShadowDifferences } from './shadow-differences.tsx'
import { StartRelease } from './start-release.tsx'

/** What is being released on an endpoint: a canary, an experiment, a bandit, a version in shadow, or nothing. */
export function ReleasePanel({ endpoint }: { readonly endpoint: Endpoint }) {
  const { name } = endpoint.spec
  const { data: latest } = useQuery({ ...releaseQuery(name), enabled: !endpoint.release && !endpoint.comparison })
  if (isComposed(endpoint.spec)) return null
  if (endpoint.comparison) {
    return (
      <>
        <Comparison comparison={endpoint.comparison} />
        <ShadowDifferences endpoint={name} comparison={endpoint.comparison} />
      </>
    )
  }
  const release = endpoint.release ?? latest
  return (
    <Section
      id="release"
      title={release ? KIND_WORDS[release.kind] : 'Release'}
      note={release && STATE_WORDS[release.state]}
      actions={
        <Link className={classes.more} to="/endpoints/$name/releases" params={{ name }}>
          All releases
        </Link>
      }
    >
      <Card>
        <div className={classes.panel}>
          {release ? <Content release={release} /> : <NoRelease endpoint={endpoint} />}
        </div>
      </Card>
    </Section>
  )
}

function Content({ release }: { readonly release: Release }) {
  const retry = retryOf(release)
  return (
    <>
      <ByKind release={release} />
      {retry && (
        <div>
          <ActButton endpoint={release.endpoint} act={retry} />
        </div>
      )}
      <h3 className={classes.part}>Since it began</h3>
      <ArmTable arms={release.arms} metrics={judgedMetrics(release.policy)} />
    </>
  )
}

/** What the policy of a release has to say, or had when it ended. */
function ByKind({ release }: { readonly release: Release }) {
  if (release.kind === 'shadow') return release.comparison ? <Comparison comparison={release.comparison} /> : null
  if (release.kind === 'canary') return <CanaryPanel release={release} />
  if (release.kind === 'experiment') return <ExperimentPanel release={release} />
  return <BanditPanel release={release} />
}

function NoRelease({ endpoint }: { readonly endpoint: Endpoint }) {
  const { name, stable = '' } = endpoint.spec
  const [model = ''] = stable.split('@')
  return (
    <div className={classes.none}>
      <p>
        No version is on its way. A release gives a new version some of the traffic, or shows it all of it unseen, and
        decides by what it does there: a canary step by step, an experiment by a metric, a bandit by rewards.
      </p>
      <Command text={`regia endpoints create ${name} --stable ${stable} --canary '{"model": "${model}@challenger"}'`} />
      <StartRelease endpoint={endpoint} />
    </div>
  )
}
