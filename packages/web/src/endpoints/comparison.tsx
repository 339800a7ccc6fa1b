import { comparedFigures, type ShadowComparison } from '@regia/core'
import {
  formatCount,
  formatDifference,
  formatInterval,
  formatNumber,
  formatPercent,
  formatScore,
} from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Progress } from '../kernel/progress.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { DifferencePlot } from './difference-plot.tsx'
import classes from './endpoints.module.css'

const VERDICTS = {
  waiting: { health: 'waiting', word: 'Not decided yet' },
  promote: { health: 'well', word: 'The rule is met' },
  refuse: { health: 'attention', word: 'The rule refuses it' },
} as const

/** Champion and shadow on the same predictions, and the rule that decides between them. */
export function Comparison({ comparison }: { readonly comparison: ShadowComparison }) {
  const { rule, labelledPairCount, championVersion, challengerVersion } = comparison
  const goal = labelledPairCount < rule.minimumPairs ? rule.minimumPairs : rule.maximumPairs
  const verdict = VERDICTS[comparison.verdict]
  const { label, champion, challenger } = comparedFigures(comparison)
  return (
    <Section
      title={`v${challengerVersion} in shadow against v${championVersion}`}
      note="both answered the same requests; clients got the champion's answers"
    >
      <Card pad>
        <div className={classes.comparison}>
          <div>
            <DifferencePlot comparison={comparison} />
            <p className={classes.muted}>
              {championVersion !== challengerVersion &&
                `${label} v${challengerVersion} ${formatScore(challenger)}, v${championVersion} ${formatScore(champion)}`}{' '}
              · difference {formatDifference(comparison.difference)}
              {comparison.interval && ` (${formatInterval(comparison.interval)})`}
            </p>
          </div>
          <div>
            <b>
              <Lamp health={verdict.health} /> {verdict.word}
            </b>
            <p>{comparison.reason}</p>
            <p className={classes.muted}>
              {formatCount(labelledPairCount)} labelled pairs; decided from {formatCount(rule.minimumPairs)} on, at the
              latest at {formatCount(rule.maximumPairs)}
            </p>
            <Progress value={Math.min(1, labelledPairCount / goal)} label="Labelled pairs" />
            <p className={classes.muted}>
              same class on {formatPercent(comparison.agreement)} of {formatCount(comparison.pairCount)} pairs · scores
              differ by {formatNumber(comparison.meanAbsoluteDifference)} on average ·{' '}
              {rule.automatic ? 'promoted by itself' : 'a person promotes'}
            </p>
          </div>
        </div>
      </Card>
    </Section>
  )
}
