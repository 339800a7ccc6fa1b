import type { Artifact, Attempt, Digest, ErrorBody, StepStatus } from '@regia/core'
import type { JsonText } from '../../database/json-text.ts'
import type { ResolvedInputs } from '../resolve-inputs.ts'

export type MapTables = {
  /** One row per mapped step that has begun, with its elements counted by status: ten thousand of them are never counted one by one. */
  map_run: {
    step_run_id: string
    run_id: string
    step: string
    /** `expanding`: its elements are being written. `open`: they are worked on. `closed`: the step came to its end. */
    state: 'expanding' | 'open' | 'closed'
    total: number
    concurrency: number | null
    minimum_success: number
    waiting: number
    queued: number
    running: number
    succeeded: number
    cached: number
    failed: number
    cancelled: number
    /** What every element gets beside its own part: the step's other inputs. */
    inputs: JsonText<ResolvedInputs>
    /** Of a closed one: the histogram of what its elements took. */
    durations: JsonText<readonly number[]> | null
    slowest_ms: number | null
    created_at: string
  }
  /** One element of a mapped step. Its id is like that of a step run, so that workers lease both alike. */
  map_item: {
    id: string
    step_run_id: string
    number: number
    label: string
    /** `waiting`: another element with the same key is under way, here or in another run. */
    status: StepStatus
    element: JsonText<Artifact>
    /** Digest of code and inputs: the seed of its attempts, and what a recovered run knows it by. */
    key: Digest
    /** The same where the step may be cached. */
    cache_key: string | null
    attempts: JsonText<readonly Attempt[]>
    /** Milliseconds since 1970: not to be leased earlier. */
    not_before: number
    /** Of the lease, while an attempt runs. */
    token: number | null
    worker: string | null
    expires_at: number | null
    outputs: JsonText<Readonly<Record<string, Artifact>>>
    /** Last value of what it logged. */
    metrics: JsonText<Readonly<Record<string, number>>>
    duration_ms: number | null
    error: JsonText<ErrorBody> | null
  }
}

export type MapRow = MapTables['map_run']
export type ItemRow = MapTables['map_item']
