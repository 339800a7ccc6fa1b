import type { ExperimentPolicy, Release, ReleasePolicy } from '@regia/core'
import { LinkButton } from '../kernel/link-button.tsx'
import { EffectPlot } from './effect-plot.tsx'
import { ExperimentProgress } from './experiment-progress.tsx'
import { ReleaseSay } from './release-say.tsx'
import classes from './releases.module.css'

export const isExperimentPolicy = (policy: ReleasePolicy): policy is ExperimentPolicy => 'minimumEffect' in policy

/** An experiment in short: its differences, how far it is, and the way to its page. */
export function ExperimentPanel({ release }: { readonly release: Release }) {
  const { policy, analysis, endpoint } = release
  if (!isExperimentPolicy(policy)) return null
  return (
    <>
      <ReleaseSay release={release} />
      {analysis ? (
        <>
          <EffectPlot analysis={analysis} minimumEffect={policy.minimumEffect} />
          <ExperimentProgress analysis={analysis} />
        </>
      ) : (
        <p className={classes.muted}>Its metric needs labels or rewards; none has come yet.</p>
      )}
      <div>
        <LinkButton to="/endpoints/$name/experiment" params={{ name: endpoint }}>
          Open the experiment
        </LinkButton>
      </div>
    </>
  )
}
