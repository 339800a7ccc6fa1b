/** How far a scoring is. `joining`: all rows are scored, and the parts become one file. */
export type ScoringProgress = {
  readonly phase: 'reading' | 'scoring' | 'joining' | 'done'
  readonly rowsDone: number
  /** Absent while the input is read. */
  readonly rowCount?: number
  /** Of this call, without what an earlier one did. */
  readonly rowsPerSecond?: number
  readonly secondsLeft?: number
  /** 0 to 1. */
  readonly fraction: number
}

export type OnScoringProgress = (progress: ScoringProgress) => void

export type ScoringProgressOptions = {
  readonly rowCount: number
  readonly resumedRowCount: number
  readonly onProgress?: OnScoringProgress
  readonly now?: () => number
}

const TELL_EVERY_MS = 250
/** What reading before and joining after count for. */
const [READ, SCORED] = [0.05, 0.97]

/** Counts rows and tells at most four times a second. */
export function createScoringProgress({
  rowCount,
  resumedRowCount,
  onProgress = () => undefined,
  now = () => performance.now(),
}: ScoringProgressOptions) {
  const startedAt = now()
  let rowsDone = resumedRowCount
  let toldAt = Number.NEGATIVE_INFINITY

  const tell = () => {
    toldAt = now()
    const seconds = (toldAt - startedAt) / 1000
    const rowsPerSecond = seconds > 0 ? (rowsDone - resumedRowCount) / seconds : 0
    onProgress({
      phase: 'scoring',
      rowsDone,
      rowCount,
      fraction: READ + (SCORED - READ) * (rowsDone / rowCount),
      ...(rowsPerSecond > 0 && { rowsPerSecond, secondsLeft: (rowCount - rowsDone) / rowsPerSecond }),
    })
  }
  tell()
  return {
    add: (count: number): void => {
      rowsDone += count
      if (now() - toldAt >= TELL_EVERY_MS) tell()
    },
    join: (): void => onProgress({ phase: 'joining', rowsDone: rowCount, rowCount, fraction: SCORED }),
    done: (): void => onProgress({ phase: 'done', rowsDone: rowCount, rowCount, fraction: 1 }),
  }
}
