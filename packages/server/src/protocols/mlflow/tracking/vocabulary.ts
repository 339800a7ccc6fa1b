import type { Lifecycle, TrackedStatus } from '@regia/core'

/** The protocol's words for a run's status, with their numbers. */
export const RUN_STATUSES = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const
export type WireRunStatus = keyof typeof RUN_STATUSES

export const STATUS_TO_WIRE: Readonly<Record<TrackedStatus, WireRunStatus>> = {
  running: 'RUNNING',
  scheduled: 'SCHEDULED',
  succeeded: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'KILLED',
}
export const STATUS_FROM_WIRE: Readonly<Record<WireRunStatus, TrackedStatus>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'succeeded',
  FAILED: 'failed',
  KILLED: 'cancelled',
}

export const VIEW_TYPES = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const
export const LIFECYCLE_OF_VIEW: Readonly<Record<keyof typeof VIEW_TYPES, Lifecycle | 'all'>> = {
  ACTIVE_ONLY: 'active',
  DELETED_ONLY: 'deleted',
  ALL: 'all',
}

/** Tags that the protocol reserves, and that are fields of ours. */
export const NAME_TAG = 'mlflow.runName'
export const PARENT_TAG = 'mlflow.parentRunId'
export const NOTE_TAG = 'mlflow.note.content'
/** An ordinary tag, in which clients say who they are; a run that was written otherwise shows its user there. */
export const USER_TAG = 'mlflow.user'
/** The models that a client of version 2 logged, as a list in JSON. */
export const MODEL_HISTORY_TAG = 'mlflow.log-model.history'
/** For what a run read a dataset. */
export const CONTEXT_TAG = 'mlflow.data.context'

export const ARTIFACT_LOCATION_LENGTH = 2_048
