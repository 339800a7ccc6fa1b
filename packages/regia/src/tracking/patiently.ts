import { setTimeout as wait } from 'node:timers/promises'
import { mayPass } from '@regia/sdk'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Does again what fails for a reason that may pass, with growing pauses. Only for what does no harm when it is done twice. */
export async function patiently<Result>(work: () => Promise<Result>, patienceMs = 60_000): Promise<Result> {
  const startedMs = Date.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
      if (!mayPass(error, attempt) || Date.now() + pauseMs - startedMs > patienceMs) throw error
      await wait(pauseMs)
    }
  }
}
