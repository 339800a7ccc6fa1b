import type { PredictResponse } from '@regia/core'
import { Bars } from '../charts/bars.tsx'
import { Command } from '../kernel/command.tsx'
import { formatDuration, formatScore } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { answeredBy } from './answered-by.ts'
import classes from './endpoints.module.css'

type PredictionAnswerProps = {
  readonly response: PredictResponse
  /** From here to the server and back. */
  readonly tookMs: number
}

/** What the endpoint answered: the label, its probabilities, who answered, how long it took, and where it stands in the log. */
export function PredictionAnswer({ response, tookMs }: PredictionAnswerProps) {
  const [prediction] = response.predictions
  if (!prediction) return null
  const { top, probabilities = {}, label, score, isUndecided, servedBy, degraded, version } = prediction
  const rows = (top ?? Object.entries(probabilities).map(([name, probability]) => ({ label: name, probability }))).map(
    (each) => ({ name: each.label, value: each.probability, text: formatScore(each.probability) }),
  )
  return (
    <div className={classes.prediction} aria-live="polite">
      <b>{label ?? formatScore(score)}</b>
      {isUndecided && (
        <p>
          <Lamp health="attention" label="undecided" /> No class was probable enough: a person decides.
        </p>
      )}
      <p>
        score {formatScore(score)} · {response.model} v{version ?? response.version}
        {servedBy && ` · answered by ${answeredBy(servedBy)}`} · {formatDuration(tookMs)}
      </p>
      {degraded && (
        <p>
          <Lamp health="attention" label="degraded" /> {degraded}
        </p>
      )}
      {rows.length > 0 && <Bars label={top ? 'Most probable classes' : 'Probabilities'} rows={rows} />}
      <Command text={prediction.id} />
    </div>
  )
}
