import { CloseButton } from '@mantine/core'
import type { ModelVersion } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import { api } from '../kernel/api.ts'
import classes from './models.module.css'

const ConfirmDialog = lazy(() => import('../kernel/confirm-dialog.tsx'))

/** The aliases of a version; each can be taken away. */
export function AliasList({ version: { model, version, aliases } }: { readonly version: ModelVersion }) {
  const [leaving, setLeaving] = useState<string>()
  if (aliases.length === 0) return <>none</>
  return (
    <>
      <span className={classes.tags}>
        {aliases.map((alias) => (
          <span key={alias} data-alias={alias} title={alias}>
            <bdi>{alias}</bdi>
            <CloseButton size="xs" aria-label={`Take ${alias} away`} onClick={() => setLeaving(alias)} />
          </span>
        ))}
      </span>
      <Suspense>
        {leaving !== undefined && (
          <ConfirmDialog
            label="Take it away"
            title={`Take ${leaving} from ${model} v${version}?`}
            act={() => api.models.deleteAlias(model, leaving)}
            done={`${model} has no ${leaving} any more`}
            onClose={() => setLeaving(undefined)}
          >
            <p>
              {model}@{leaving} then names no version. While an endpoint follows it, or where it is protected, it stays.
            </p>
          </ConfirmDialog>
        )}
      </Suspense>
    </>
  )
}
