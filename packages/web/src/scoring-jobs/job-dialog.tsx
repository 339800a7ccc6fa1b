import { Button, Modal, Select, TextInput } from '@mantine/core'
import type { ScoringJob } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { Problem } from '../kernel/problem.tsx'
import { EMPTY_JOB, type JobDraft, jobErrors, jobRequest } from './job-form.ts'
import { datasetNamesQuery, modelNamesQuery } from './queries.ts'
import classes from './scoring-jobs.module.css'

type JobDialogProps = { readonly onClose: () => void; readonly onStarted: (job: ScoringJob) => void }

const BAD_ROWS = [
  ['fail', 'fails'],
  ['quarantine', 'is put aside'],
] as const

/** Puts the scoring of a dataset into the queue. */
export function JobDialog({ onClose, onStarted }: JobDialogProps) {
  const [draft, setDraft] = useState<JobDraft>(EMPTY_JOB)
  const models = useQuery(modelNamesQuery)
  const datasets = useQuery(datasetNamesQuery)
  const queries = useQueryClient()
  const errors = jobErrors(draft)
  const isValid = Object.keys(errors).length === 0
  const change = (next: Partial<JobDraft>) => setDraft({ ...draft, ...next })
  const start = useMutation({
    mutationFn: () => api.scoringJobs.create(jobRequest(draft)),
    onSuccess: async (job) => {
      await queries.invalidateQueries({ queryKey: ['scoring-jobs'] })
      onStarted(job)
    },
  })
  return (
    <Modal opened onClose={onClose} title="New scoring job" size={560}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) start.mutate()
        }}
      >
        <div className={classes.pair}>
          <Select
            label="Model"
            data={(models.data?.items ?? []).map(({ name }) => name)}
            value={draft.model || null}
            onChange={(model) => change({ model: model ?? '' })}
            searchable
            data-autofocus
          />
          <TextInput
            label="Version"
            description="an alias or a number"
            value={draft.alias}
            error={errors.alias}
            onChange={(event) => change({ alias: event.currentTarget.value.trim() })}
          />
        </div>
        <Select
          label="Dataset"
          description="its latest version"
          data={(datasets.data?.items ?? []).map(({ name }) => name)}
          value={draft.dataset || null}
          onChange={(dataset) => change({ dataset: dataset ?? '' })}
          searchable
        />
        <div className={classes.pair}>
          <TextInput
            label="Key"
            description="kept beside the scores; else every column is"
            value={draft.key}
            onChange={(event) => change({ key: event.currentTarget.value.trim() })}
          />
          <TextInput
            label="Keep as dataset"
            description="else only to download"
            value={draft.output}
            error={errors.output}
            onChange={(event) => change({ output: event.currentTarget.value.trim() })}
          />
        </div>
        <Choice
          label="A row that cannot be scored"
          value={draft.onBadRow}
          options={BAD_ROWS.map(([value, text]) => [value, `a bad row ${text}`] as const)}
          onChange={(onBadRow) => change({ onBadRow })}
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
