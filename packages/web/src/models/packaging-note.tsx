import { Button } from '@mantine/core'
import type { ModelVersion } from '@regia/core'
import { api } from '../kernel/api.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card } from '../kernel/section.tsx'
import { useAct } from '../kernel/use-act.ts'
import classes from './models.module.css'

/** Why a version cannot be served, and the way out; nothing where it can. */
export function PackagingNote({ version: { model, version, packaging } }: { readonly version: ModelVersion }) {
  const { act, isActing } = useAct('models')
  const { status, reason, hint } = packaging
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
        {!isPending && (
          <Button
            disabled={isActing}
            onClick={() => act(() => api.models.packageVersion(model, version), 'It is packaged again.')}
          >
            Try again
          </Button>
        )}
      </div>
    </Card>
  )
}
