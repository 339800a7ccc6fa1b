import type { Clock, IdFactory, RunId, RunSummary, ScheduleSpec, Trigger } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import type { Facts } from './tables.ts'

/** Which version of a pipeline is meant: a number, what a channel points to, or the latest. */
export type VersionChoice = { readonly version?: number | undefined; readonly channel?: string | undefined }

/** What schedules and back-fills need of pipelines. */
export type Runs = {
  /** Starts a run; the same id again starts nothing. */
  readonly start: (
    run: VersionChoice & {
      readonly id: RunId
      readonly pipeline: string
      readonly params: Readonly<Record<string, unknown>>
      readonly trigger: Trigger
    },
  ) => Promise<void>
  /** Cancels a run; one that is over stays as it is. */
  readonly cancel: (id: RunId) => Promise<void>
  /** Those of the runs that there are, by id. */
  readonly find: (ids: readonly RunId[]) => Promise<ReadonlyMap<string, RunSummary>>
  /** The version that is meant, and the names of its parameters. Throws `NOT_FOUND`. */
  readonly version: (
    pipeline: string,
    choice: VersionChoice,
  ) => Promise<{ readonly version: number; readonly params: readonly string[] }>
  /** Throws `INVALID_INPUT` where a version would not take the parameters. */
  readonly assertParams: (pipeline: string, version: number, params: Readonly<Record<string, unknown>>) => Promise<void>
}

/** What a schedule may wait for besides times and webhooks. */
export type EventWhen = Extract<ScheduleSpec['when'], { readonly on: 'dataset' | 'alias' | 'alert' }>

/** Something that happened, numbered in the order in which things of its kind did. */
export type Happening = {
  readonly position: number
  readonly at: string
  readonly cause: string
  readonly facts: Facts
}

/** What happened elsewhere, read from what is kept: nothing is missed while nobody listens. */
export type Happenings = {
  readonly findLatest: (when: EventWhen) => Promise<Happening | undefined>
  /** Oldest first. */
  readonly after: (when: EventWhen, position: number, limit: number) => Promise<readonly Happening[]>
}

export type FailedFiring = {
  readonly schedule: string
  readonly pipeline: string
  readonly at: string
  readonly number: number
  readonly reason: string
}

export type ScheduleDeps = {
  readonly database: Database
  readonly runs: Runs
  readonly happenings: Happenings
  /** Told within the transaction that notes it. */
  readonly firingFailed: (connection: Connection, firing: FailedFiring) => Promise<void>
  readonly publish: (type: 'schedule' | 'backfill', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
  /** A text that nobody can guess. */
  readonly newSecret: () => string
  readonly onError: (error: unknown) => void
}
