import type { LoggedPrediction } from '@regia/core'
import { formatCell } from '../kernel/format.ts'

/** A row of inputs on one line. */
export const rowText = (row: LoggedPrediction['row']): string =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${formatCell(value)}`)
    .join(' · ')
