import { errorText, liveRuns, type Outcome } from '../../tracking/live-runs.ts'
import type { ActiveRun, TrackOptions } from './active-run.ts'
import { insideRun } from './current-run.ts'
import { assertGoingOn, openRun } from './open-run.ts'

/** See `track`. */
export async function trackWork<Result>(
  options: TrackOptions,
  work: (run: ActiveRun) => Result | Promise<Result>,
): Promise<Result> {
  assertGoingOn()
  const run = await openRun(options, false)
  // What was refused has been told when it was: it must not cost the work's result, nor hide its error.
  const finish = (outcome: Outcome) => run.finish(outcome).catch(() => undefined)
  try {
    const result = await insideRun(run, () => work(run))
    await finish({ status: liveRuns.signal.aborted ? 'cancelled' : 'succeeded' })
    return result
  } catch (error) {
    await finish(liveRuns.signal.aborted ? { status: 'cancelled' } : { status: 'failed', error: errorText(error) })
    throw error
  }
}
