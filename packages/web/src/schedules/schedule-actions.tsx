import { Button, Menu } from '@mantine/core'
import type { Schedule } from '@regia/core'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { useAct } from '../kernel/use-act.ts'
import classes from './schedules.module.css'

type ScheduleActionsProps = { readonly schedule: Schedule; readonly onEdit: (schedule: Schedule) => void }

/** Pause or resume, fire now, change, remove. */
export function ScheduleActions({ schedule, onEdit }: ScheduleActionsProps) {
  const { name, isPaused, pipeline } = schedule
  const { act, isActing } = useAct('schedules')
  const [isRemoving, setRemoving] = useState(false)
  const turn = () =>
    isPaused
      ? act(() => api.schedules.resume(name), `${name} goes on`)
      : act(() => api.schedules.pause(name), `${name} is paused`)
  const remove = () => act(() => api.schedules.remove(name), `${name} is removed`)
  return (
    <span className={classes.acts}>
      <Button onClick={turn} loading={isActing}>
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <ConfirmAction
        label="Run now"
        title={`Run ${name} now?`}
        act={() => api.schedules.fire(name)}
        done={`${name} was fired`}
      >
        <p>Runs {pipeline} as the schedule does, whatever its time.</p>
      </ConfirmAction>
      <Menu position="bottom-end" onClose={() => setRemoving(false)}>
        <Menu.Target>
          <Button aria-label={`More for ${name}`}>…</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onEdit(schedule)}>Change…</Menu.Item>
          {isRemoving ? (
            <Menu.Item onClick={remove}>Remove {name} for good</Menu.Item>
          ) : (
            <Menu.Item closeMenuOnClick={false} onClick={() => setRemoving(true)}>
              Remove…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </span>
  )
}
