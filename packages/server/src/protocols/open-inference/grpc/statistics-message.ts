import type { ModelStatistics } from '../statistics.ts'

/** `ModelStatistics` of gRPC, from what REST says. */
export function statisticsMessage(statistics: ModelStatistics): object {
  const { inference_stats: all, batch_stats: batches } = statistics
  return {
    name: statistics.name,
    version: statistics.version,
    lastInference: statistics.last_inference,
    inferenceCount: statistics.inference_count,
    executionCount: statistics.execution_count,
    inferenceStats: {
      success: all.success,
      fail: all.fail,
      queue: all.queue,
      cacheHit: all.cache_hit,
      cacheMiss: all.cache_miss,
      ...computing(all),
    },
    batchStats: batches.map((batch) => ({ batchSize: batch.batch_size, ...computing(batch) })),
  }
}

const computing = (
  stats: Pick<ModelStatistics['inference_stats'], 'compute_input' | 'compute_infer' | 'compute_output'>,
) => ({
  computeInput: stats.compute_input,
  computeInfer: stats.compute_infer,
  computeOutput: stats.compute_output,
})
