import type { ActiveRun, TrackOptions } from './active-run.ts'

/**
 * Runs a function as a tracked run: its params, metrics, artifacts, data, code and machine are written down, and how it ended.
 *
 * Inside another `track` the run is a child of that one. What the function throws is thrown on, with the run failed; Ctrl-C cancels it. The
 * run is logged to REGIA_URL where it is set, else to whoever owns the project's home, else to a server that lives as long as this process.
 * What could not be logged is told on stderr and costs no result. For runs that do not fit into one function see {@link startRun}.
 *
 * @param options - Experiment, name, params, tags, seed; or the function at once.
 * @returns What the function returns.
 * @throws RegiaError `UNAVAILABLE`, `CONFIG_INVALID`, `HOME_LOCKED` where no server can be reached: before the function is called.
 * @example
 * const model = await track({ experiment: 'churn', params: { depth: 3 } }, async (run) => {
 *   await run.dataset('data/train.csv', { context: 'train' })
 *   for (let epoch = 0; epoch < 20; epoch++) run.log({ loss: fit(epoch) }, { step: epoch })
 *   await run.artifact('plots')
 *   return fitted
 * })
 */
export async function track<Result>(
  options: TrackOptions,
  work: (run: ActiveRun) => Result | Promise<Result>,
): Promise<Result> {
  const { trackWork } = await import('./track-work.ts')
  return trackWork(options, work)
}

/**
 * Starts a tracked run that you end yourself, by `end`, by `await using`, or with the program: then it has succeeded unless the program failed.
 *
 * @throws RegiaError `UNAVAILABLE`, `CONFIG_INVALID`, `HOME_LOCKED` where no server can be reached.
 * @example
 * await using run = await startRun({ experiment: 'churn', name: 'baseline', seed: 7 })
 * run.log({ accuracy: 0.81 })
 */
export async function startRun(options: TrackOptions = {}): Promise<ActiveRun> {
  const { openRun } = await import('./open-run.ts')
  return openRun(options, true)
}
