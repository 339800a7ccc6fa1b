import { Button, Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './experiments.module.css'

type TextDialogProps = {
  readonly title: string
  readonly label: string
  readonly value?: string
  readonly noteLabel?: string
  readonly maxLength: number
  readonly button: string
  readonly act: (text: string, note: string) => Promise<string>
  readonly onClose: () => void
}

/** Asks for a name, and perhaps a note; what the server says against it is shown here. */
export default function TextDialog(props: TextDialogProps) {
  const [text, setText] = useState(props.value ?? '')
  const [note, setNote] = useState('')
  const queries = useQueryClient()
  const notify = useNotice()
  const action = useMutation({
    mutationFn: () => props.act(text.trim(), note.trim()),
    onSuccess: (done) => {
      props.onClose()
      notify(done)
      void queries.invalidateQueries()
    },
  })
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <TextInput
          label={props.label}
          value={text}
          maxLength={props.maxLength}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        {props.noteLabel && (
          <Textarea
            label={props.noteLabel}
            description="Markdown"
            value={note}
            autosize
            minRows={2}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        {action.error && <Problem error={action.error} />}
        <div className={classes.dialogButtons}>
          <Button onClick={props.onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending} disabled={!text.trim()}>
            {props.button}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
