import type { ExperimentAnalysis } from '@regia/core'
import { Facts } from '../kernel/facts.tsx'
import { formatCount, formatNumber } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './releases.module.css'

type SampleRatioProps = {
  readonly ratio: ExperimentAnalysis['sampleRatio']
  readonly versions: readonly number[]
  readonly isSticky: boolean
}

/** Whether the arms get what they should: where they don't, no figure can be trusted. */
export function SampleRatio({ ratio, versions, isSticky }: SampleRatioProps) {
  const { observed, expected, isSound, pValue } = ratio
  if (observed.length === 0) {
    return (
      <p className={classes.muted}>
        {isSticky
          ? 'Not judged: with a sticky column units must be counted, not requests.'
          : 'Nothing was assigned yet.'}
      </p>
    )
  }
  return (
    <div className={classes.form}>
      <p>
        <Lamp health={isSound ? 'well' : 'broken'} label={isSound ? 'sound' : 'broken'} />{' '}
        {isSound
          ? 'The split is as planned: nothing loses requests of one arm.'
          : 'Chance does not explain this split: something loses requests of one arm, and no figure here can be trusted.'}
      </p>
      <Facts
        items={[
          ...observed.map(
            (count, i) =>
              [
                `v${versions[i] ?? '?'}`,
                `${formatCount(count)} of ${formatCount(Math.round(expected[i] ?? 0))} expected`,
              ] as const,
          ),
          ['p-value', `${formatNumber(pValue)}, valid whenever you look; broken below 0.001`],
        ]}
      />
    </div>
  )
}
