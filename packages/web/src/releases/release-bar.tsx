import type { Endpoint } from '@regia/core'
import { shareParts } from '../endpoints/serving-share.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { ShareBar } from '../kernel/share-bar.tsx'
import { useNow } from '../kernel/use-now.ts'
import { ActButton } from './act-button.tsx'
import { actsOf } from './release-acts.ts'
import { releaseLine, STATE_LAMPS, STATE_WORDS } from './release-text.ts'
import classes from './releases.module.css'

/** Who answers and what can be done about it, always in sight: rolling back is one key away wherever the page stands. */
export function ReleaseBar({ endpoint }: { readonly endpoint: Endpoint }) {
  const { release, spec } = endpoint
  const now = useNow()
  const acts = actsOf(endpoint)
  // The one thing that must be found at night; without it, what is offered first.
  const primary = acts.find(({ name }) => name === 'rollback') ?? acts[0]
  const shares = shareParts(endpoint)
  if (shares.length === 0 && acts.length === 0) return null
  return (
    <section className={classes.bar} aria-label="Release">
      <div className={classes.barText}>
        <ShareBar isTall shares={shares} />
        <p>
          {release && <Lamp health={STATE_LAMPS[release.state]} label={STATE_WORDS[release.state]} />}
          {release && <b>{releaseLine(release, now)}</b>}
          <span className={classes.muted}>{shares.map(({ label }) => label).join(' · ')}</span>
        </p>
      </div>
      {acts.length > 0 && (
        <div className={classes.acts}>
          {acts.map((act) => (
            <ActButton
              key={`${act.name}-${act.version ?? ''}`}
              endpoint={spec.name}
              act={act}
              isPrimary={act === primary}
            />
          ))}
        </div>
      )}
    </section>
  )
}
