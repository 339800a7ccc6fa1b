import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import type { Backfill } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { Problem } from '../kernel/problem.tsx'
import { type BackfillDraft, backfillErrors, backfillSpec, EMPTY_BACKFILL } from './backfill-form.ts'
import { pipelineNamesQuery } from './queries.ts'
import classes from './schedules.module.css'

type BackfillDialogProps = {
  /** What is chosen at first. */
  readonly pipeline: string | undefined
  readonly onClose: () => void
  readonly onStarted: (backfill: Backfill) => void
}

const KINDS = [
  ['time', 'a span of time'],
  ['values', 'some values'],
] as const

/** Starts one run for each window of a span, or for each of some values. */
export function BackfillDialog({ pipeline, onClose, onStarted }: BackfillDialogProps) {
  const [draft, setDraft] = useState<BackfillDraft>({ ...EMPTY_BACKFILL, pipeline: pipeline ?? '' })
  const pipelines = useQuery(pipelineNamesQuery)
  const queries = useQueryClient()
  const params = pipelines.data?.items.find(({ pipeline }) => pipeline === draft.pipeline)?.graph.params ?? {}
  const errors = backfillErrors(draft)
  const isValid = Object.keys(errors).length === 0
  const change = (next: Partial<BackfillDraft>) => setDraft({ ...draft, ...next })
  const start = useMutation({
    mutationFn: () => api.backfills.start(backfillSpec(draft, params)),
    onSuccess: async (backfill) => {
      await queries.invalidateQueries({ queryKey: ['backfills'] })
      onStarted(backfill)
    },
  })
  return (
    <Modal opened onClose={onClose} title="New back-fill" size={560}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) start.mutate()
        }}
      >
        <div className={classes.pair}>
          <Select
            label="Pipeline"
            data={(pipelines.data?.items ?? []).map(({ pipeline }) => pipeline)}
            value={draft.pipeline || null}
            onChange={(pipeline) => change({ pipeline: pipeline ?? '' })}
            searchable
            data-autofocus
          />
          <TextInput
            label="Channel"
            placeholder="the latest version"
            value={draft.channel}
            onChange={(event) => change({ channel: event.currentTarget.value.trim() })}
          />
        </div>
        <Choice label="Over" value={draft.kind} options={KINDS} onChange={(kind) => change({ kind })} />
        {draft.kind === 'time' ? (
          <TimeFields draft={draft} params={Object.keys(params)} errors={errors} onChange={change} />
        ) : (
          <ValueFields draft={draft} params={Object.keys(params)} errors={errors} onChange={change} />
        )}
        <TextInput
          label="Runs at once"
          inputMode="numeric"
          value={draft.concurrency}
          error={errors.concurrency}
          onChange={(event) => change({ concurrency: event.currentTarget.value })}
        />
        {start.error && <Problem error={start.error} />}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={start.isPending} disabled={!isValid}>
            Start
          </Button>
        </div>
      </form>
    </Modal>
  )
}

type FieldsProps = {
  readonly draft: BackfillDraft
  readonly params: readonly string[]
  readonly errors: ReturnType<typeof backfillErrors>
  readonly onChange: (next: Partial<BackfillDraft>) => void
}

function TimeFields({ draft, params, errors, onChange }: FieldsProps) {
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          label="From"
          type="date"
          value={draft.from}
          onChange={(event) => onChange({ from: event.currentTarget.value })}
        />
        <TextInput
          label="Until"
          description="the first day that is no longer in it"
          type="date"
          value={draft.until}
          error={draft.until !== '' && errors.until}
          onChange={(event) => onChange({ until: event.currentTarget.value })}
        />
        <Select
          label="Every"
          data={['day', 'week', 'month']}
          value={draft.every}
          onChange={(every) => (every === 'day' || every === 'week' || every === 'month') && onChange({ every })}
          allowDeselect={false}
        />
      </div>
      <div className={classes.pair}>
        <Select
          label="Param for the first day"
          data={[...params]}
          value={draft.fromParam || null}
          onChange={(fromParam) => onChange({ fromParam: fromParam ?? '' })}
        />
        <Select
          label="Param for the day after"
          placeholder="none"
          data={[...params]}
          value={draft.untilParam || null}
          onChange={(untilParam) => onChange({ untilParam: untilParam ?? '' })}
          clearable
        />
      </div>
    </>
  )
}

function ValueFields({ draft, params, onChange }: FieldsProps) {
  return (
    <div className={classes.pair}>
      <Select
        label="Param"
        data={[...params]}
        value={draft.param || null}
        onChange={(param) => onChange({ param: param ?? '' })}
      />
      <Textarea
        label="Values"
        description="one a line"
        value={draft.values}
        onChange={(event) => onChange({ values: event.currentTarget.value })}
        autosize
        minRows={3}
      />
    </div>
  )
}
