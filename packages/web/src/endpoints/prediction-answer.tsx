import type { PredictResponse } from '@regia/core'
import { Bars } from '../charts/bars.tsx'
import { Command } from '../kernel/command.tsx'
import { formatScore } from '../kernel/format.ts'
import classes from './endpoints.module.css'

/** What the endpoint answered: the label, its probabilities, the version, and where it stands in the log. */
export function PredictionAnswer({ response }: { readonly response: PredictResponse }) {
  const [prediction] = response.predictions
  if (!prediction) return null
  const rows = Object.entries(prediction.probabilities ?? {}).map(([name, value]) => ({
    name,
    value,
    text: formatScore(value),
  }))
  return (
    <div className={classes.prediction} aria-live="polite">
      <b>{prediction.label ?? formatScore(prediction.score)}</b>
      <p>
        score {formatScore(prediction.score)} · {response.model} v{response.version}
      </p>
      {rows.length > 0 && <Bars label="Probabilities" rows={rows} />}
      <Command text={prediction.id} />
    </div>
  )
}
