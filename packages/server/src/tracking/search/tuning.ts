/** Numbers of rows by which a search chooses its way; every way finds the same. */
export type Tuning = {
  /** So many are looked up and put in order sooner than most walks along an index come to their end. */
  readonly few: number
  /** Rows of an index that are looked at before another way is taken, and at least how many for each run of the page. */
  readonly window: number
  readonly windowPerRow: number
  /** Each experiment is a walk of its own; for more of them all runs are looked at. */
  readonly maxWalks: number
}

export const TUNING: Tuning = { few: 5_000, window: 3_000, windowPerRow: 20, maxWalks: 32 }
