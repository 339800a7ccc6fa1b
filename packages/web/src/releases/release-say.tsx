import { isOpenRelease, type Release } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { formatExact } from '../kernel/time.ts'
import { useNow } from '../kernel/use-now.ts'
import { STATE_LAMPS, STATE_WORDS, whatNext } from './release-text.ts'
import classes from './releases.module.css'

/** How a release stands, in sentences: what the last look said, and what happens next and when. */
export function ReleaseSay({ release }: { readonly release: Release }) {
  const now = useNow()
  const { state, reason, step } = release
  return (
    <div className={classes.say}>
      <Lamp health={STATE_LAMPS[state]} label={STATE_WORDS[state]} />
      <div>
        <p>
          <b>{isOpenRelease(state) ? whatNext(release, now) : `It was ${STATE_WORDS[state]}.`}</b>
        </p>
        {reason && <p>{reason}</p>}
        <p className={classes.muted}>
          begun <Ago at={release.startedAt} />
          {step && state === 'running' && Date.parse(step.until) > now && (
            <> · this step until {formatExact(step.until)}</>
          )}
          {release.endedAt && (
            <>
              {' '}
              · ended <Ago at={release.endedAt} />
            </>
          )}
        </p>
      </div>
    </div>
  )
}
