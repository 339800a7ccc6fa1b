import type { TrackedStatus } from '@regia/core'

/** How MLflow calls what Regia has other words for. */
const STATUSES: Readonly<Record<string, TrackedStatus>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'succeeded',
  FAILED: 'failed',
  KILLED: 'cancelled',
}
/** As files of MLflow number them. */
const NUMBERED = ['RUNNING', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']

export const statusOf = (name: unknown): TrackedStatus =>
  STATUSES[typeof name === 'number' ? (NUMBERED[name] ?? '') : String(name)] ?? 'succeeded'

/** Tags that are fields of a run here. */
const RUN_NAME = 'mlflow.runName'
const PARENT = 'mlflow.parentRunId'
const NOTE = 'mlflow.note.content'
/** What a run read a dataset for. */
export const DATA_CONTEXT = 'mlflow.data.context'

export function splitTags(tags: Readonly<Record<string, string>>) {
  const { [RUN_NAME]: name, [PARENT]: parentId, [NOTE]: note, ...rest } = tags
  return { name, parentId, note, rest }
}

export const numberedStatus = (status: TrackedStatus): number => {
  const [name] = Object.entries(STATUSES).find(([, each]) => each === status) ?? ['FINISHED']
  return NUMBERED.lastIndexOf(name)
}

type Fields = { readonly name: string; readonly parentId?: string | undefined; readonly note?: string | undefined }

/** The fields of a run that are tags there. */
export const reservedTags = ({ name, parentId, note }: Fields): Readonly<Record<string, string>> => ({
  [RUN_NAME]: name,
  ...(parentId !== undefined && { [PARENT]: parentId }),
  ...(note !== undefined && { [NOTE]: note }),
})
