import { Button, Modal, TextInput } from '@mantine/core'
import type { Channel } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './pipelines.module.css'

type MoveChannelProps = { readonly name: string; readonly version: number; readonly channels: readonly Channel[] }

/** Points a channel to a version; a new name makes a new channel. */
export function MoveChannel({ name, version, channels }: MoveChannelProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
        Point channel…
      </Button>
      {isOpen && <MoveDialog name={name} version={version} channels={channels} onClose={() => setOpen(false)} />}
    </>
  )
}

function MoveDialog({ name, version, channels, onClose }: MoveChannelProps & { readonly onClose: () => void }) {
  const [channel, setChannel] = useState(channels[0]?.channel ?? 'prod')
  const [reason, setReason] = useState('')
  const known = useId()
  const queries = useQueryClient()
  const notify = useNotice()
  const current = channels.find((each) => each.channel === channel)
  const move = useMutation({
    mutationFn: () =>
      api.pipelines.moveChannel(name, channel, { version, ...(reason.trim() && { reason: reason.trim() }) }),
    onSuccess: () => {
      onClose()
      notify(`${channel} points to ${name} v${version}`)
      void queries.invalidateQueries({ queryKey: ['pipelines'] })
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Point a channel to ${name} v${version}`}>
      <form
        className={classes.launchFields}
        onSubmit={(event) => {
          event.preventDefault()
          move.mutate()
        }}
      >
        <TextInput
          label="Channel"
          description={current ? `points to v${current.version} now` : 'a new channel'}
          value={channel}
          list={known}
          onChange={(event) => setChannel(event.currentTarget.value.trim())}
          data-autofocus
        />
        <datalist id={known}>
          {channels.map((each) => (
            <option key={each.channel} value={each.channel} />
          ))}
        </datalist>
        <TextInput
          label="Reason"
          description="Kept in the history."
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {move.error && <Problem error={move.error} />}
        <div className={classes.launchButtons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            type="submit"
            variant="filled"
            loading={move.isPending}
            disabled={channel === '' || current?.version === version}
          >
            Point it to v{version}
          </Button>
        </div>
        <Command text={`regia deploy ${name} --version ${version} --channel ${channel || 'prod'}`} />
      </form>
    </Modal>
  )
}
