import { Button, Modal, TextInput } from '@mantine/core'
import type { AliasRequest } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Problem } from '../kernel/problem.tsx'
import classes from './models.module.css'

export type Verdict = 'approve' | 'reject' | 'withdraw'
type DecideDialogProps = {
  readonly request: AliasRequest
  readonly verdict: Verdict
  readonly onClose: () => void
}

type Words = {
  readonly label: string
  readonly title: string
  readonly what: string
  readonly done: string
}

const wordsOf = ({ model, version, alias, requestedBy }: AliasRequest): Readonly<Record<Verdict, Words>> => ({
  approve: {
    label: 'Approve',
    title: `Make ${model} v${version} the ${alias}?`,
    what: `${requestedBy} asked for it, so somebody else approves. The alias moves at once, and endpoints that follow it swap.`,
    done: `${model} v${version} is the ${alias}`,
  },
  reject: {
    label: 'Reject',
    title: `Leave ${alias} where it is?`,
    what: 'The request is kept with your comment.',
    done: 'The request is rejected',
  },
  withdraw: {
    label: 'Withdraw',
    title: `Take the request for ${alias} back?`,
    what: 'The request is kept with your comment.',
    done: 'The request is withdrawn',
  },
})

/** Decides about a request. There are no accounts: whoever decides says who that is. */
export default function DecideDialog({ request, verdict, onClose }: DecideDialogProps) {
  const [by, setBy] = useState('')
  const [comment, setComment] = useState('')
  const queries = useQueryClient()
  const notify = useNotice()
  const words = wordsOf(request)[verdict]
  const action = useMutation({
    mutationFn: () =>
      api.models[verdict](request.id, {
        ...(comment.trim() && { comment: comment.trim() }),
        ...(by.trim() && { by: by.trim() }),
      }),
    onSuccess: () => {
      onClose()
      notify(words.done)
      void queries.invalidateQueries()
    },
  })
  return (
    <Modal opened onClose={onClose} title={words.title}>
      <form
        className={classes.dialog}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <p>{words.what}</p>
        <TextInput
          label="Your name"
          description="The account that the server runs as, where it is empty."
          value={by}
          maxLength={200}
          onChange={(event) => setBy(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label="Comment"
          description="Kept in the history."
          value={comment}
          maxLength={10_000}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {action.error && <Problem error={action.error} />}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending}>
            {words.label}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
