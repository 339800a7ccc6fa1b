import { TextInput } from '@mantine/core'
import { RELEASE_METRIC_INFO } from '@regia/core'
import { useState } from 'react'
import { powerSentences } from './power-text.ts'
import type { ReleaseDraft } from './release-draft.ts'
import classes from './releases.module.css'

/** How large the experiment of a draft must be: asks for what cannot be known before, and says it in sentences. */
export function PowerPanel({ draft, labelsPerDay }: { readonly draft: ReleaseDraft; readonly labelsPerDay: number }) {
  const { isShare, label } = RELEASE_METRIC_INFO[draft.metric]
  const [baseline, setBaseline] = useState('0.8')
  const [deviation, setDeviation] = useState('1')
  const [perDay, setPerDay] = useState(labelsPerDay > 0 ? String(Math.round(labelsPerDay)) : '')
  const sentences = powerSentences({
    outcome: isShare
      ? { kind: 'share', baseline: Number(baseline) }
      : { kind: 'mean', standardDeviation: Number(deviation) },
    effect: Number(draft.minimumEffect),
    power: Number(draft.power),
    method: draft.method,
    armCount: draft.arms.length,
    armShare: Number(draft.armPercent) / 100,
    labelsPerDay: perDay.trim() === '' ? undefined : Number(perDay),
  })
  return (
    <section className={classes.power} aria-label="How large must it be?">
      <b>How large must it be?</b>
      <div className={classes.pair}>
        {isShare ? (
          <TextInput
            label={`The champion’s ${label} now`}
            description="0.8 for 80 %"
            value={baseline}
            inputMode="decimal"
            onChange={(event) => setBaseline(event.currentTarget.value)}
          />
        ) : (
          <TextInput
            label={`Standard deviation of the ${label}`}
            description="of one prediction"
            value={deviation}
            inputMode="decimal"
            onChange={(event) => setDeviation(event.currentTarget.value)}
          />
        )}
        <TextInput
          label="Labels a day"
          description="of all versions together"
          value={perDay}
          inputMode="numeric"
          onChange={(event) => setPerDay(event.currentTarget.value)}
        />
      </div>
      <div aria-live="polite">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
    </section>
  )
}
