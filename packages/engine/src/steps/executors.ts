import { RegiaError } from '@regia/core'
import { ChildPool } from './child-pool.ts'
import { inProcessExecutor } from './in-process-executor.ts'
import type { ExecutorFactory } from './step-executor.ts'

/** The executors that come with Regia, by the name that a stack says. A project may bring others. */
export const EXECUTORS: Readonly<Record<string, ExecutorFactory>> = {
  local: ({ now, cpu, pool }) => new ChildPool(now, { maxIdle: Math.max(1, Math.ceil(cpu)), ...pool }),
  inProcess: inProcessExecutor,
}

/** @throws RegiaError `CONFIG_INVALID` naming the executors that there are. */
export function getExecutor(name: string, own: Readonly<Record<string, ExecutorFactory>>): ExecutorFactory {
  const known = { ...EXECUTORS, ...own }
  const found = known[name]
  if (found) return found
  throw new RegiaError('CONFIG_INVALID', `There is no executor "${name}".`, {
    hint: `There are: ${Object.keys(known).join(', ')}. A project brings its own in regia.config.ts.`,
  })
}
