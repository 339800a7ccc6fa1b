import type { Row, WarmUp } from '@regia/core'
import type { InputBatch, ModelSession } from '@regia/engine'

/** The first calls of a graph are the slow ones: memory is planned and code compiled in them. */
const UNCOUNTED_RUNS = 10
const COUNTED_RUNS = 20
const MANY_ROWS = 64
/** A slow model is measured with fewer runs. */
const MAX_MEASURING_MS = 250
/** How long a batch may keep the thread that takes the requests. */
const INLINE_MS = 1
/** A model that cannot answer so many rows in that time is asked on another thread. */
const MIN_INLINE_ROWS = 16

/** Answers a batch and says how long the graph took. */
type Run = (batch: InputBatch) => Promise<{ readonly runMs: number }>

/** The runs that are measured: on a thread of the pool, or on this one. */
export const runsOf = (
  session: Pick<ModelSession, 'predictBatch' | 'predictInThread'>,
  where: 'here' | 'threads',
): Run =>
  where === 'threads'
    ? (batch) => session.predictInThread(batch)
    : async (batch) => {
        const startedAt = performance.now()
        await session.predictBatch(batch)
        return { runMs: performance.now() - startedAt }
      }

/**
 * Measures the example: one row and 64, median and 99th percentile.
 *
 * @param rows - The example, at least one row.
 * @param canBatch - Where rows must not be asked together, 64 rows are 64 calls.
 */
export async function measureWarmUp(
  createBatch: () => InputBatch,
  run: Run,
  rows: readonly Row[],
  canBatch: boolean,
): Promise<WarmUp> {
  const time = (asked: readonly Row[], runs: number) => timeRuns(createBatch, run, asked, runs)
  await time(rows.slice(0, 1), UNCOUNTED_RUNS)
  const one = await time(rows.slice(0, 1), COUNTED_RUNS)
  const many = canBatch ? await time(repeated(rows, MANY_ROWS), COUNTED_RUNS) : scaled(one, MANY_ROWS)
  return { one, many: { rowCount: MANY_ROWS, ...many }, inlineRowCount: inlineRows(one.p50Ms, many.p50Ms) }
}

/** Which lane a version takes by itself. */
export const fastestLane = ({ inlineRowCount }: WarmUp): 'inline' | 'worker' =>
  inlineRowCount >= MIN_INLINE_ROWS ? 'inline' : 'worker'

/** What a call costs, and what each row adds, as the two measurements say. */
export function runCost({ one, many }: WarmUp): { readonly callMs: number; readonly rowMs: number } {
  const rowMs = Math.max(0, (many.p50Ms - one.p50Ms) / (many.rowCount - 1))
  return { callMs: Math.max(0.001, one.p50Ms - rowMs), rowMs }
}

/** How many rows a call may have to stay below a millisecond, on the line through both measurements. */
function inlineRows(oneMs: number, manyMs: number): number {
  if (oneMs > INLINE_MS) return 0
  const rowMs = Math.max(1e-4, (manyMs - oneMs) / (MANY_ROWS - 1))
  return Math.floor(1 + (INLINE_MS - oneMs) / rowMs)
}

async function timeRuns(
  createBatch: () => InputBatch,
  run: Run,
  rows: readonly Row[],
  runs: number,
): Promise<WarmUp['one']> {
  const batch = createBatch()
  batch.append(rows)
  const times: number[] = []
  let spentMs = 0
  while (times.length < runs && spentMs < MAX_MEASURING_MS) {
    const { runMs } = await run(batch)
    times.push(runMs)
    spentMs += runMs
  }
  times.sort((a, b) => a - b)
  const at = (fraction: number): number => times[Math.min(times.length - 1, Math.floor(fraction * times.length))]!
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

const repeated = (rows: readonly Row[], count: number): readonly Row[] =>
  Array.from({ length: count }, (_, i) => rows[i % rows.length]!)

const scaled = ({ p50Ms, p99Ms }: WarmUp['one'], factor: number): WarmUp['one'] => ({
  p50Ms: p50Ms * factor,
  p99Ms: p99Ms * factor,
})
