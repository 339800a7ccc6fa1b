/** What to do when the disk is full, wherever it shows. */
export const DISK_FULL_HINT =
  'The disk of the worker is full: free some space (regia gc), or give its home (REGIA_HOME) a larger disk; then run it again.'

/** Whether an error, or what a program said last, speaks of a full disk or an exhausted quota. */
export const isDiskFull = (error: unknown): boolean =>
  /ENOSPC|EDQUOT|no space left on device|disk quota exceeded/i.test(
    error instanceof Error ? error.message : String(error),
  )
