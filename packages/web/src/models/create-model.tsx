import { Button } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'

const NameDialog = lazy(() => import('./name-dialog.tsx'))

/** A model without versions: its description, tags and protected aliases can be there before anything is trained. */
export function CreateModel() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button aria-haspopup="dialog" onClick={() => setOpen(true)}>
        New model
      </Button>
      <Suspense>{isOpen && <NameDialog onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
