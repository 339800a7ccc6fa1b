import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { Command } from './command.tsx'
import type { ConfirmActionProps } from './confirm-action.tsx'
import classes from './kernel.module.css'
import { Problem } from './problem.tsx'

/** Asks before it acts; a failure is shown where it was asked for. */
export default function ConfirmDialog(props: ConfirmActionProps & { readonly onClose: () => void }) {
  const [reason, setReason] = useState('')
  const same = props.same?.(reason.trim() || undefined)
  const queries = useQueryClient()
  const notify = useNotice()
  const action = useMutation({
    mutationFn: () => props.act(reason.trim() || undefined),
    onSuccess: () => {
      props.onClose()
      notify(props.done)
      void queries.invalidateQueries()
    },
  })
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form
        className={classes.confirm}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <div>{props.children}</div>
        {props.asksReason && (
          <TextInput
            label={props.reasonLabel ?? 'Reason'}
            description="Kept in the history."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {action.error && <Problem error={action.error} />}
        {same && (
          <div className={classes.confirmSame}>
            <span>The same in a terminal, and over HTTP</span>
            <Command text={same.cli} />
            <Command text={same.http} />
          </div>
        )}
        <div className={classes.confirmButtons}>
          <Button onClick={props.onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending}>
            {props.label}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
