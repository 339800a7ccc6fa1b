import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import classes from './kernel.module.css'
import { Problem } from './problem.tsx'

type ConfirmActionProps = {
  readonly label: string
  readonly title: string
  /** What will happen, in a sentence or two. */
  readonly children: ReactNode
  readonly isPrimary?: boolean
  readonly isDisabled?: boolean
  readonly asksReason?: boolean
  readonly act: (reason: string | undefined) => Promise<unknown>
  /** Said when it is done. */
  readonly done: string
}

/** A button whose deed is confirmed first; a failure is shown where it was asked for. */
export function ConfirmAction(props: ConfirmActionProps) {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const formId = useId()
  const queries = useQueryClient()
  const notify = useNotice()
  const action = useMutation({
    mutationFn: () => props.act(reason.trim() || undefined),
    onSuccess: () => {
      setOpen(false)
      setReason('')
      notify(props.done)
      void queries.invalidateQueries()
    },
  })
  const open = () => {
    action.reset()
    setOpen(true)
  }
  return (
    <>
      <Button
        variant={props.isPrimary ? 'filled' : 'default'}
        disabled={props.isDisabled ?? false}
        onClick={open}
        aria-haspopup="dialog"
      >
        {props.label}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={props.title}>
        <form
          id={formId}
          className={classes.confirm}
          onSubmit={(event) => {
            event.preventDefault()
            action.mutate()
          }}
        >
          <div>{props.children}</div>
          {props.asksReason && (
            <TextInput
              label="Reason"
              description="Kept in the decision log."
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              data-autofocus
            />
          )}
          {action.error && <Problem error={action.error} />}
          <div className={classes.confirmButtons}>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" variant="filled" loading={action.isPending}>
              {props.label}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
