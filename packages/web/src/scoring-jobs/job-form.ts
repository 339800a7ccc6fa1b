import type { NewScoringJob } from '@regia/core'

/** What is in the fields of the form. */
export type JobDraft = {
  readonly model: string
  readonly alias: string
  readonly dataset: string
  readonly key: string
  readonly output: string
  readonly onBadRow: 'fail' | 'quarantine'
}

export const EMPTY_JOB: JobDraft = { model: '', alias: 'champion', dataset: '', key: '', output: '', onBadRow: 'fail' }

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/

/** What is wrong, by field; empty fields that are needed are wrong as well. */
export function jobErrors(draft: JobDraft): Partial<Record<keyof JobDraft, string>> {
  return {
    ...(draft.model === '' && { model: 'choose a model' }),
    ...(!NAME.test(draft.alias) && { alias: 'an alias or a number, such as champion or 3' }),
    ...(draft.dataset === '' && { dataset: 'choose a dataset' }),
    ...(draft.output !== '' && !NAME.test(draft.output) && { output: 'letters, digits, ".", "_" and "-"' }),
  }
}

export const jobRequest = ({ model, alias, dataset, key, output, onBadRow }: JobDraft): NewScoringJob => ({
  model: `${model}@${alias}`,
  input: { dataset },
  output: output === '' ? {} : { dataset: output },
  onBadRow,
  ...(key !== '' && { key }),
})
