export type Scheduler = { readonly stop: () => Promise<void> }

/** Takes every turn once per interval, one after another; a turn that takes longer delays the next round instead of overlapping it. */
export function startScheduler(
  turns: readonly (() => Promise<void>)[],
  everyMs: number,
  onError: (error: unknown) => void,
): Scheduler {
  let round = Promise.resolve()
  let isRunning = false
  const takeTurns = async (): Promise<void> => {
    for (const turn of turns) await turn().catch(onError)
    isRunning = false
  }
  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    round = takeTurns()
  }, everyMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await round
    },
  }
}
