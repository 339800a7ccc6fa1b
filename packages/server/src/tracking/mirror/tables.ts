/** How far runs of pipelines are among the tracked ones. */
export type MirrorTables = {
  mirrored_run: {
    run_id: string
    /** The last point of `run_metric` that was taken over. */
    metric_number: number
    /** Nothing more will come. */
    is_final: number
  }
}
