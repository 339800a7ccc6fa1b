import type { ModelVersion } from '@regia/core'
import { Lamp } from '../kernel/lamp.tsx'
import { Card } from '../kernel/section.tsx'
import classes from './models.module.css'

/** Why a version cannot be served, and the way out; nothing where it can. */
export function PackagingNote({ version }: { readonly version: ModelVersion }) {
  const { status, reason, hint } = version.packaging
  if (status === 'packaged') return null
  const isPending = status === 'pending'
  return (
    <Card pad>
      <div className={classes.packaging}>
        <Lamp health={isPending ? 'running' : 'attention'} label={isPending ? 'being packaged' : 'cannot be served'} />
        <div>
          <b>
            {isPending ? 'Its files are being made a package that can be served.' : 'It cannot be served as it is.'}
          </b>
          {reason && <p>{reason}</p>}
          {hint && <p className={classes.wayOut}>{hint}</p>}
        </div>
      </div>
    </Card>
  )
}
