import type { ScoringJob } from '@regia/core'
import { formatCount, formatDuration, formatNumber } from '../kernel/format.ts'

/** What a job reads, such as "trips version 3". */
export const inputText = ({ spec: { input } }: ScoringJob): string =>
  'dataset' in input ? `${input.dataset} version ${input.version}` : `a ${input.format} file`

/** How far a job is, such as "1,200 of 5,000 rows, 800 rows/s, 5 s left". */
export function progressText({ status, progress }: ScoringJob): string {
  const { phase, rowsDone, rowCount, rowsPerSecond, secondsLeft } = progress
  if (status === 'queued') return 'waits for its turn'
  if (status === 'running' && phase === 'reading') return 'reads the input'
  if (status === 'running' && phase === 'joining') return 'writes the result'
  if (rowCount === undefined) return '–'
  const speed = rowsPerSecond === undefined ? '' : `, ${formatNumber(Math.round(rowsPerSecond))} rows/s`
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft * 1000)} left`
  const done = rowsDone === rowCount ? '' : `${formatCount(rowsDone)} of `
  return `${done}${formatCount(rowCount)} rows${status === 'running' ? speed + left : ''}`
}
