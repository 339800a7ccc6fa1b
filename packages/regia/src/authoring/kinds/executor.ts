import { DEFINITION } from '@regia/core'
import type { ExecutorFactory, ExecutorOptions, StepExecutor } from '@regia/engine'

/** Regia's executors, to build upon. */
export type OwnExecutors = { readonly local: ExecutorFactory; readonly inProcess: ExecutorFactory }

/** A kind of executor that a project brings. */
export type ExecutorKind = {
  readonly [DEFINITION]: 'executor-kind'
  readonly make: (options: ExecutorOptions, ours: OwnExecutors) => StepExecutor
}

/**
 * A kind of executor of the project's own: what runs the attempts of steps, in whatever way. `regia.config.ts` names its module under
 * `kinds.executors`, and a stack chooses it: `executor: 'NAME'`. The worker of a process that runs in this project makes it once.
 *
 * It gets each attempt with its inputs on this machine and a manifest of the step protocol. It is done with an attempt when `result.json`
 * stands where the manifest says, or when it can say how the process ended without it.
 *
 * @param make - Gets the limits of the worker, and Regia's own executors to hand attempts on to.
 * @example
 * export default defineExecutor((options, { local }) => {
 *   const inner = local(options)
 *   return { ...inner, run: (attempt) => { note(attempt.lease.step); return inner.run(attempt) } }
 * })
 */
export const defineExecutor = (make: ExecutorKind['make']): ExecutorKind => ({
  [DEFINITION]: 'executor-kind',
  make,
})
