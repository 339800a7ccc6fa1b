import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromRows, type ReferenceProfile, type Row, referenceProfile, type Signature } from '@regia/core'
import type { EndpointLog } from '../prediction-log/index.ts'

/** The newest ones of the span; more make no better reference. */
const MAX_ROWS = 100_000
const ROWS_A_TURN = 500

type Span = { readonly version: number; readonly from: number; readonly until: number }

/** How the inputs and scores of logged predictions were distributed, and the span that they really cover. */
export async function referenceOfPredictions(
  log: EndpointLog,
  { inputs, task }: Signature,
  span: Span,
): Promise<{ readonly profile: ReferenceProfile; readonly from: number; readonly until: number }> {
  const rows: Row[] = []
  const scores: number[] = []
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { record } of log.predictionsBefore(undefined, span)) {
    if (record.servedBy !== undefined) continue
    rows.push(record.row)
    scores.push(record.score)
    first = Math.min(first, record.at)
    last = Math.max(last, record.at)
    if (rows.length === MAX_ROWS) break
    if (rows.length % ROWS_A_TURN === 0) await nextTurn()
  }
  const watched = inputs.filter(({ type }) => type !== 'timestamp')
  const table = fromRows(rows, Object.fromEntries(watched.map(({ name, type }) => [name, type])))
  const profile = referenceProfile(table, Float64Array.from(scores), {
    labelMeaning: task === 'binary' ? 'positive' : 'correct',
  })
  return { profile: { ...profile, rowCount: rows.length }, from: first, until: last + 1 }
}
