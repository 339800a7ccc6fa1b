import type {
  Approval,
  Artifact,
  Attempt,
  CacheDecision,
  Digest,
  ErrorBody,
  FailurePolicy,
  PipelineGraph,
  RunStatus,
  Selection,
  StepStatus,
  Trigger,
} from '@regia/core'
import type { JsonText } from '../database/json-text.ts'
import type { ResolvedRefs } from './resolve-refs.ts'

export type PipelineTables = {
  pipeline_version: {
    pipeline: string
    version: number
    digest: Digest
    bundle_digest: Digest
    graph: JsonText<PipelineGraph>
    project_dir: string
    created_at: string
    /** The graph's environment. */
    environment: string | null
  }
  run: {
    id: string
    pipeline: string
    pipeline_version: number
    number: number
    status: RunStatus
    params: JsonText<Readonly<Record<string, unknown>>>
    /** Which version each dataset and model reference of the graph meant when the run began. */
    refs: JsonText<ResolvedRefs>
    trigger: JsonText<Trigger>
    use_cache: number
    channel: string | null
    environment: string | null
    selection: JsonText<Selection> | null
    on_failure: FailurePolicy
    /** Steps that do not take their outputs from the cache. */
    refresh: JsonText<readonly string[]>
    recovered_from: string | null
    /** Grows with every change of the run's steps that a decision about others rests on. */
    revision: number
    step_count: number
    finished_step_count: number
    cached_step_count: number
    /** Last value of each metric. */
    metrics: JsonText<Readonly<Record<string, number>>>
    created_at: string
    started_at: string | null
    finished_at: string | null
    error: JsonText<ErrorBody> | null
  }
  step_run: {
    id: string
    run_id: string
    step: string
    /** Place in the graph's order. */
    position: number
    status: StepStatus
    inputs: JsonText<Readonly<Record<string, Artifact>>>
    outputs: JsonText<Readonly<Record<string, Artifact>>>
    cache: JsonText<CacheDecision> | null
    cache_key: string | null
    attempts: JsonText<readonly Attempt[]>
    progress: number | null
    progress_message: string | null
    /** Milliseconds since 1970: not to be leased earlier (back-off), and the order of the queue. */
    not_before: number | null
    /** Of an approve step: what it asks, and the answer. */
    approval: JsonText<Approval> | null
    /** Milliseconds since 1970: without an answer until then the answer is no. */
    decide_by: number | null
    started_at: string | null
    finished_at: string | null
    error: JsonText<ErrorBody> | null
  }
  /** One row per running attempt. */
  lease: { step_run_id: string; token: number; worker: string; expires_at: number }
  /** Outputs by cache key; only successes. */
  cache_entry: {
    key: string
    run_id: string
    pipeline: string
    run_number: number
    outputs: JsonText<Readonly<Record<string, Artifact>>>
    /** Last values of what the step logged. */
    metrics: JsonText<Readonly<Record<string, number>>>
    created_at: string
  }
  /** What the last decision about each step of a pipeline was made from. */
  last_decision: { pipeline: string; step: string; run_id: string; parts: JsonText<Readonly<Record<string, string>>> }
  run_log: {
    run_id: string
    number: number
    step: string
    /** Of a mapped step: which element. */
    item: number | null
    attempt: number
    stream: 'stdout' | 'stderr' | 'system'
    text: string
    logged_at: string
  }
  run_metric: {
    run_id: string
    number: number
    name: string
    value: number
    step: number
    step_name: string | null
    logged_at: string
  }
  /** Numbers that only grow, such as fencing tokens. */
  counter: { name: string; value: number }
}
