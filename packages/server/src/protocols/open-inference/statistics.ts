/** What a version has counted, as the protocol needs it. Times are nanoseconds. */
export type CountedVersion = {
  readonly version: number
  readonly statistics: {
    readonly lastInferenceAt: number
    readonly inferenceCount: number
    readonly executionCount: number
    readonly success: Duration
    readonly fail: Duration
    readonly queue: Duration
    readonly compute: Computing
    readonly cacheHit: Duration
    readonly cacheMiss: Duration
    readonly batches: ReadonlyMap<number, Computing>
  }
}

type Duration = { readonly count: number; readonly ns: number }
type Computing = { readonly input: Duration; readonly infer: Duration; readonly output: Duration }

/**
 * The statistics extension: what a version has done since it was loaded.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md
 */
export function modelStatistics(name: string, { version, statistics }: CountedVersion) {
  const { success, fail, queue, compute, cacheHit, cacheMiss, batches } = statistics
  return {
    name,
    version: String(version),
    last_inference: statistics.lastInferenceAt,
    inference_count: statistics.inferenceCount,
    execution_count: statistics.executionCount,
    inference_stats: {
      success,
      fail,
      queue,
      ...computing(compute),
      cache_hit: cacheHit,
      cache_miss: cacheMiss,
    },
    response_stats: {},
    batch_stats: [...batches]
      .sort(([a], [b]) => a - b)
      .map(([batchSize, batch]) => ({ batch_size: batchSize, ...computing(batch) })),
    memory_usage: [],
  }
}

export type ModelStatistics = ReturnType<typeof modelStatistics>

const computing = ({ input, infer, output }: Computing) => ({
  compute_input: input,
  compute_infer: infer,
  compute_output: output,
})
