import { Button } from '@mantine/core'
import type { Endpoint } from '@regia/core'
import { lazy, Suspense, useState } from 'react'

const StartDrawer = lazy(() => import('./start-drawer.tsx'))

/** Opens the form that begins a release. */
export function StartRelease({
  endpoint,
  isPrimary = false,
}: {
  readonly endpoint: Endpoint
  readonly isPrimary?: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant={isPrimary ? 'filled' : 'default'} onClick={() => setOpen(true)} aria-haspopup="dialog">
        Start a release…
      </Button>
      <Suspense>{isOpen && <StartDrawer endpoint={endpoint} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
