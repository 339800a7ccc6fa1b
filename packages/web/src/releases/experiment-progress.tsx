import type { ExperimentAnalysis } from '@regia/core'
import { formatCount } from '../kernel/format.ts'
import { Progress } from '../kernel/progress.tsx'
import classes from './releases.module.css'

/** How many labelled predictions each arm has of those after which there is an answer. */
export function ExperimentProgress({ analysis }: { readonly analysis: ExperimentAnalysis }) {
  const { control, comparisons } = analysis
  const needed = Math.max(...comparisons.map((each) => each.needed))
  return (
    <ul className={classes.progress} aria-label="Planned size">
      {[{ ...control, needed }, ...comparisons].map(({ version, n, needed: size }) => (
        <li key={version}>
          <span>v{version}</span>
          <Progress value={Math.min(1, n / size)} label={`v${version}: labels of its planned size`} />
          <span>
            {formatCount(n)} of {formatCount(size)}
          </span>
        </li>
      ))}
    </ul>
  )
}
