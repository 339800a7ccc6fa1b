import { performance } from 'node:perf_hooks'

const BUSY_SHARE = 0.3

/** Says whether this thread has been working for more than a third of the time since it was last asked. */
export function watchLoad(): () => boolean {
  let last = performance.eventLoopUtilization()
  let isBusy = false
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization, active, idle } = performance.eventLoopUtilization(now, last)
    // Asked again within a moment, there is nothing new to say.
    if (active + idle < 1000) return isBusy
    last = now
    isBusy = utilization > BUSY_SHARE
    return isBusy
  }
}
