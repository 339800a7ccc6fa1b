import type { Row, ServingLimits, WarmUp } from '@regia/core'
import { type ModelSession, sharedModelThreads } from '@regia/engine'
import { inlineLane, type Lane, passingLane, workerLane } from './lane.ts'
import { fastestLane, measureWarmUp, runsOf } from './warm-up.ts'

/** A version that has been tested and measured, with the lane that it takes. */
export type Prepared = {
  readonly lane: Lane
  /** Absent where nothing is computed here. */
  readonly warmUp?: WarmUp
  /** `on`, or `off: ` and why rows are asked one by one. */
  readonly batching: string
}

/** Calls of the graph here before the first request meets it. */
const WARM_UP_RUNS = 10

/**
 * Tests a version against its example and measures it, on a thread of the pool where nobody waits for it; then readies the lane that the
 * limits name, or else the one that the measurement speaks for.
 *
 * @throws RegiaError `MODEL_SELF_TEST_FAILED` when it does not answer as it did when it was packaged; `MODEL_INVALID`.
 */
export async function prepare(session: ModelSession, limits: ServingLimits): Promise<Prepared> {
  if (session.passesOn) return { lane: passingLane(session), batching: 'off: those who are asked batch by themselves' }
  // One who wants all on this thread may have no others: a function of a few milliseconds, a bundle without the file of the threads.
  const where = limits.lane === 'inline' && session.atOnce === undefined ? 'here' : 'threads'
  const { unsafeBatching } = await session.selfTest(where)
  const rows = exampleRows(session)
  const warmUp = await measureWarmUp(session.createBatch, runsOf(session, where), rows, unsafeBatching === undefined)
  const name = limits.lane === 'auto' ? fastestLane(warmUp) : limits.lane
  const apart = unsafeBatching ?? whyApart(session.manifest, warmUp)
  const batchRows = apart === undefined ? limits.maxBatchRows : 1
  if (name === 'inline') await warmHere(session, rows)
  const lane =
    name === 'inline' && session.atOnce === undefined
      ? inline(session, limits, warmUp, batchRows)
      : onThreads(session, batchRows)
  return {
    lane,
    warmUp,
    batching: apart === undefined ? 'on' : `off: ${apart}`,
  }
}

/** By itself a request that would hold up the others goes to a thread; one who names the lane wants all there. */
/** From so much of the time of asking rows one by one on, joining those of several requests only makes them wait for each other. */
const NO_GAIN = 0.8

/**
 * Why rows that could be asked together are not: the graph takes one at a time, and its own work is nearly all of the time. Of a small graph most is
 * the call, which a batch saves even so.
 */
export function whyApart(
  { rowsAtOnce }: Pick<ModelSession['manifest'], 'rowsAtOnce'>,
  { one, many }: Pick<WarmUp, 'one' | 'many'>,
): string | undefined {
  if (rowsAtOnce !== 1 || many.p50Ms < NO_GAIN * many.rowCount * one.p50Ms) return undefined
  return 'the graph takes one row'
}

function inline(session: ModelSession, { lane }: ServingLimits, { inlineRowCount }: WarmUp, batchRows: number): Lane {
  if (lane === 'inline') return inlineLane(session, batchRows)
  const shared = Math.max(1, Math.min(batchRows, inlineRowCount))
  return inlineLane(session, shared, onThreads(session, batchRows))
}

const onThreads = (session: ModelSession, batchRows: number): Lane =>
  workerLane(session, batchRows, session.atOnce ?? sharedModelThreads().size)

/** Loads the graph on this thread, frees it on the others. */
async function warmHere(session: ModelSession, rows: readonly Row[]): Promise<void> {
  for (let run = 0; run < WARM_UP_RUNS; run++) await session.predictRows(rows.slice(0, 1))
  await session.unload('threads')
}

/** Examples are cells by the package's own signature, which the self-test has just proved. */
const exampleRows = ({ manifest }: ModelSession): readonly Row[] => manifest.example.rows as readonly Row[]
