import type { BackfillSpec, ErrorBody, RunId, ScheduleSpec } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

/** What an occasion tells the parameters of its run. */
export type Facts = {
  readonly version?: number
  readonly dataset?: string
  readonly model?: string
  readonly alert?: string
  readonly body?: unknown
}

/**
 * `claimed`: the occasion is noted and nothing is decided. `starting`: its run shall be, under the id that the row has had from the beginning.
 * `running`: the run is there. `over`: it came to an end.
 */
export type FiringState = 'claimed' | 'queued' | 'starting' | 'running' | 'over' | 'skipped' | 'failed'

/** `starting`: its run shall be, under the id that the row has. */
export type ItemState = 'waiting' | 'starting' | 'running' | 'succeeded' | 'failed' | 'cancelled'

export type ScheduleTables = {
  schedule: {
    name: string
    pipeline: string
    /** What its occasions are: `when.on` of the spec. */
    kind: ScheduleSpec['when']['on']
    spec: JsonText<ScheduleSpec>
    is_paused: number
    /** How far its occasions are noted: for times milliseconds since 1970, else the number of the last event. */
    position: number
    /** Milliseconds since 1970 of the next time. */
    next_at: number | null
    /** SHA-256 of a webhook's secret; the secret itself is not kept. */
    secret_hash: string | null
    created_at: string
  }
  schedule_firing: {
    schedule: string
    /** Newest has the highest. */
    number: number
    /** What makes the occasion the one that it is; there is one row for it, so that it fires once. */
    occasion: string
    at: string
    fired_at: string
    state: FiringState
    run_id: RunId
    /** 1 while its run may go on. */
    is_open: number
    cause: string
    facts: JsonText<Facts>
    reason: string
  }
  backfill: {
    id: string
    pipeline: string
    spec: JsonText<BackfillSpec>
    status: 'running' | 'succeeded' | 'failed' | 'cancelled'
    total: number
    created_at: string
    finished_at: string | null
  }
  backfill_item: {
    backfill: string
    number: number
    params: JsonText<Readonly<Record<string, unknown>>>
    state: ItemState
    run_id: RunId | null
    error: JsonText<ErrorBody> | null
  }
}
