import { Button } from '@mantine/core'
import type { Demo } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './demo.module.css'

type Action = Demo['actions'][number]

/** An invitation to spoil the replayed data and to watch what Regia makes of it. */
export function BreakIt({ actions }: { readonly actions: readonly Action[] }) {
  const active = actions.filter((action) => action.isActive)
  return (
    <div className={classes.breakIt} data-active={active.length > 0}>
      <h3>Break it</h3>
      <p>
        {active.length > 0
          ? `Broken now: ${active.map((action) => action.label).join(', ')}. Watch the alert and its cause come; then mend it, or roll back.`
          : 'Spoil the data that is being replayed and watch: alert, cause, roll back or mend. Only the demo’s own traffic is touched.'}
      </p>
      <ul>
        {actions.map((action) => (
          <BreakAction key={action.name} action={action} />
        ))}
      </ul>
    </div>
  )
}

function BreakAction({ action }: { readonly action: Action }) {
  const [asked, setAsked] = useState<boolean>()
  const queries = useQueryClient()
  const notify = useNotice()
  const act = useMutation({
    mutationFn: () => api.demo.act(action.name, !action.isActive),
    onSuccess: () => {
      setAsked(!action.isActive)
      notify(action.isActive ? `Asked to mend: ${action.label}` : `Asked to break: ${action.label}`)
      void queries.invalidateQueries({ queryKey: ['demo'] })
    },
  })
  // The client that tells the story takes the wish within moments; until it says so the button waits.
  const isAsked = asked !== undefined && asked !== action.isActive
  return (
    <li data-active={action.isActive}>
      <div className={classes.actionRow}>
        {action.isActive && <Lamp health="broken" label="active" />}
        <b>{action.label}</b>
        <Button
          onClick={() => act.mutate()}
          loading={act.isPending || isAsked}
          aria-label={`${action.isActive ? 'Mend' : 'Break'}: ${action.label}`}
        >
          {action.isActive ? 'Mend' : 'Break'}
        </Button>
      </div>
      <p>{action.description}</p>
      <Command text={`regia demo ${action.isActive ? 'mend' : 'break'} ${action.name}`} />
      {act.error && <Problem error={act.error} />}
    </li>
  )
}
