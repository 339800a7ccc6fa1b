import type { Need } from '@regia/core'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import classes from '../overview/overview.module.css'

/** A release that was paused, or recommends a version, as it asks for a person. */
export function ReleaseNeed({ need }: { readonly need: Extract<Need, { kind: 'release' }> }) {
  const { endpoint, release } = need
  const isPaused = release.state === 'paused'
  return (
    <>
      <Lamp health="attention" label={isPaused ? 'paused' : 'waits for approval'} />
      <div>
        <b>{isPaused ? `${endpoint}: ${release.kind} paused` : `${endpoint}: version ${release.winner} recommended`}</b>
        <p>{release.reason}</p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/endpoints/$name" params={{ name: endpoint }} hash="release">
          Review
        </LinkButton>
      </div>
    </>
  )
}
