import { type Claim, ratioAtMost } from '../claim.ts'
import { batchOf, Connection, createRun } from './requests.ts'

const WRITERS = 8
const SPAN_MS = 4_000
const ROUNDS = 2

/** Eight clients at once, each logging batches of ten to a run of its own as fast as it is answered. */
export async function measureWriters(regia: string, mlflow: string): Promise<readonly Claim[]> {
  const perBatch: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, url] of [regia, mlflow].entries()) {
      perBatch[side] = Math.min(perBatch[side]!, SPAN_MS / (await batchesWithin(url)))
    }
  }
  const [ours, theirs] = perBatch
  return [ratioAtMost(`time a batch of 10 with ${WRITERS} writers at once`, ours, 'ms', 'mlflow server', theirs, 1 / 5)]
}

async function batchesWithin(url: string): Promise<number> {
  const until = performance.now() + SPAN_MS
  const counts = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const connection = new Connection(url)
      const runId = await createRun(connection, writer)
      let count = 0
      while (performance.now() < until) await connection.post('runs/log-batch', batchOf(runId, 10, count++))
      connection.close()
      return count
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
