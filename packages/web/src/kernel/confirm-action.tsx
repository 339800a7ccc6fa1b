import { Button } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useState } from 'react'

const ConfirmDialog = lazy(() => import('./confirm-dialog.tsx'))

export type ConfirmActionProps = {
  readonly label: string
  readonly title: string
  /** What will happen, in a sentence or two. */
  readonly children: ReactNode
  readonly isPrimary?: boolean
  readonly asksReason?: boolean
  /** What the reason is called. */
  readonly reasonLabel?: string
  readonly act: (reason: string | undefined) => Promise<unknown>
  /** Said when it is done. */
  readonly done: string
  /** What does the same outside the browser. */
  readonly same?: (reason: string | undefined) => { readonly cli: string; readonly http: string }
}

/** A button whose deed is confirmed first. */
export function ConfirmAction(props: ConfirmActionProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant={props.isPrimary ? 'filled' : 'default'} onClick={() => setOpen(true)} aria-haspopup="dialog">
        {props.label}
      </Button>
      <Suspense>{isOpen && <ConfirmDialog {...props} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
