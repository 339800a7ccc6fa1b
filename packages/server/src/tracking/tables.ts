import type { RunSource, TrackedStatus } from '@regia/core'
import type { Generated } from 'kysely'

/** Times are milliseconds since 1970, flags 0 or 1. */
export type TrackingTables = {
  experiment: {
    id: Generated<number>
    name: string
    artifact_root: string
    note: string | null
    created_ms: number
    updated_ms: number
    deleted_ms: number | null
  }
  experiment_tag: { experiment_id: number; key: string; value: string }
  tracked_run: {
    /** Counts up; what other tables refer to, since ids are long. */
    seq: Generated<number>
    id: string
    experiment_id: number
    name: string
    status: TrackedStatus
    source: RunSource
    user_name: string | null
    start_ms: number | null
    end_ms: number | null
    parent_id: string | null
    note: string | null
    /** JSON of where it comes from: a pipeline's run, or another server. */
    origin: string | null
    updated_ms: number
    deleted_ms: number | null
  }
  /** Keys of metrics, params and tags, each once. */
  tracking_key: { id: Generated<number>; name: string }
  /** A NaN is value 0 with the flag, so that it has a place in keys and orders. */
  metric_point: { run_seq: number; key_id: number; at_ms: number; step: number; value: number; is_nan: number }
  /** Of each metric the point that counts; with the experiment, so that one index answers filter and order. */
  latest_metric: {
    run_seq: number
    key_id: number
    experiment_id: number
    value: number
    is_nan: number
    step: number
    at_ms: number
  }
  run_param: { run_seq: number; key_id: number; experiment_id: number; value: string }
  run_tag: { run_seq: number; key_id: number; experiment_id: number; value: string }
  tracked_dataset: {
    id: Generated<number>
    experiment_id: number
    name: string
    digest: string
    source_type: string
    source: string
    schema: string | null
    profile: string | null
  }
  /** `tags` is JSON. */
  run_input: { run_seq: number; dataset_id: number; context: string | null; tags: string }
  run_model_input: { run_seq: number; model_id: string }
  run_model_output: { run_seq: number; model_id: string; step: number }
  logged_model: {
    id: string
    experiment_id: number
    name: string
    model_type: string | null
    status: 'pending' | 'ready' | 'failed'
    source_run_id: string | null
    artifact_uri: string
    created_ms: number
    updated_ms: number
    deleted_ms: number | null
  }
  logged_model_param: { model_id: string; key: string; value: string }
  logged_model_tag: { model_id: string; key: string; value: string }
  logged_model_metric: {
    model_id: string
    key: string
    run_id: string
    at_ms: number
    step: number
    value: number
    is_nan: number
    dataset_name: string
    dataset_digest: string
  }
}
