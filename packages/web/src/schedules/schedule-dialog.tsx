import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import type { Schedule } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { Problem } from '../kernel/problem.tsx'
import { pipelineNamesQuery } from './queries.ts'
import { type ScheduleDraft, scheduleDraft, scheduleErrors, scheduleSpec } from './schedule-form.ts'
import { ScheduleWhenFields } from './schedule-when.tsx'
import classes from './schedules.module.css'

type ScheduleDialogProps = { readonly schedule: Schedule | undefined; readonly onClose: () => void }

/** Makes a schedule, or changes one. */
export function ScheduleDialog({ schedule, onClose }: ScheduleDialogProps) {
  const [draft, setDraft] = useState<ScheduleDraft>(() => scheduleDraft(schedule))
  const [made, setMade] = useState<Schedule>()
  const pipelines = useQuery(pipelineNamesQuery)
  const queries = useQueryClient()
  const notify = useNotice()
  const errors = scheduleErrors(draft)
  const isValid = Object.keys(errors).length === 0
  const change = (next: Partial<ScheduleDraft>) => setDraft({ ...draft, ...next })
  const apply = useMutation({
    mutationFn: () => api.schedules.apply(scheduleSpec(draft)),
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ['schedules'] })
      notify(`${saved.name} is scheduled`)
      // The secret of a webhook is told once: the dialog stays open for it.
      if (saved.secret) setMade(saved)
      else onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={schedule ? `Change ${schedule.name}` : 'New schedule'} size={560}>
      {made ? (
        <Secret schedule={made} onClose={onClose} />
      ) : (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (isValid) apply.mutate()
          }}
        >
          <TextInput
            label="Name"
            value={draft.name}
            disabled={schedule !== undefined}
            error={draft.name !== '' && errors.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            data-autofocus
          />
          <div className={classes.pair}>
            <Select
              label="Pipeline"
              data={(pipelines.data?.items ?? []).map(({ pipeline }) => pipeline)}
              value={draft.pipeline || null}
              onChange={(pipeline) => change({ pipeline: pipeline ?? '' })}
              searchable
            />
            <TextInput
              label="Channel"
              placeholder="the latest version"
              value={draft.channel}
              onChange={(event) => change({ channel: event.currentTarget.value.trim() })}
            />
          </div>
          <ScheduleWhenFields draft={draft} errors={errors} onChange={change} />
          <Textarea
            label="Params"
            description="JSON; texts may hold {date}, {time}, {version}, {dataset}, {model} and {alert}"
            placeholder='{"until": "{date}"}'
            value={draft.params}
            error={errors.params}
            onChange={(event) => change({ params: event.currentTarget.value })}
            autosize
            minRows={1}
          />
          <TextInput
            label="Description"
            value={draft.description}
            onChange={(event) => change({ description: event.currentTarget.value })}
          />
          {apply.error && <Problem error={apply.error} />}
          <div className={classes.buttons}>
            <Button onClick={onClose}>Leave it</Button>
            <Button type="submit" variant="filled" loading={apply.isPending} disabled={!isValid}>
              {schedule ? 'Change' : 'Make it'}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  )
}

function Secret({ schedule, onClose }: { readonly schedule: Schedule; readonly onClose: () => void }) {
  return (
    <div className={classes.form}>
      <p>The webhook is called with this secret. It is shown only now:</p>
      <Command text={schedule.secret ?? ''} />
      <Command text={`POST ${schedule.webhookPath}`} />
      <div className={classes.buttons}>
        <Button variant="filled" onClick={onClose}>
          I have it
        </Button>
      </div>
    </div>
  )
}
