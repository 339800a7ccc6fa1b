import { Button } from '@mantine/core'
import type { ModelVersion } from '@regia/core'
import { lazy, Suspense, useState } from 'react'

const AliasDialog = lazy(() => import('./alias-dialog.tsx'))

/** Any alias to this version, old or new. */
export function MoveAliasButton({ version }: { readonly version: ModelVersion }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
        Move alias…
      </Button>
      <Suspense>{isOpen && <AliasDialog version={version} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
