import type { Digest } from '@regia/core'

/** What runs made and used, drawn from their rows so that it can be looked up by content and by name. Everything here can be made again. */
export type LineageTables = {
  /** The state of a run that was looked at last; a run that has come further since is looked at again. */
  lineage_run: { run_id: string; finished_step_count: number }
  /** Outputs. `source_run_id` where they were taken from the cache. */
  lineage_output: { run_id: string; step: string; port: string; digest: Digest; source_run_id: string | null }
  /** Dataset and model versions that a run began with. */
  lineage_source: { run_id: string; kind: 'dataset' | 'model'; name: string; version: number }
  /** No digest (the empty text) as long as it has no package. */
  lineage_model: { model: string; version: number; digest: Digest | ''; run_id: string | null }
}
