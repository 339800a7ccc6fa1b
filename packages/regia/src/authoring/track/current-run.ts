import { AsyncLocalStorage } from 'node:async_hooks'
import type { ActiveRun } from './active-run.ts'

/** The run inside whose `track` this code runs. */
const storage = new AsyncLocalStorage<ActiveRun>()

/** The run of the innermost `track` around the caller, if there is one. */
export const currentRun = (): ActiveRun | undefined => storage.getStore()

/** Calls a function, in which and in everything that it starts the run is the current one. */
export const insideRun = <Result>(run: ActiveRun, work: () => Result): Result => storage.run(run, work)
