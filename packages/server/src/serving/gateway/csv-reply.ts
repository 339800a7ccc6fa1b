import { csvLine } from '../../http/csv/index.ts'
import type { WireReply } from '../../http/wire-message.ts'
import type { Answer } from './answer.ts'
import { shownLabel } from './shown-label.ts'

/** Predictions as CSV: `id`, of a classifier `label`, `score`, and a `probability_CLASS` for each class. */
export function csvReply(answer: Answer): WireReply {
  const { served, predictions, from, count, ids } = answer
  const { signature } = served
  const classes = signature.classes ?? []
  const { probabilities } = predictions
  const labels = predictions.classes ? ['label'] : []
  let body = csvLine(['id', ...labels, 'score', ...(probabilities ? classes.map((name) => `probability_${name}`) : [])])
  for (let row = from; row < from + count; row++) {
    const label = shownLabel(answer, row)
    const width = classes.length
    body += csvLine([
      ids[row]!,
      ...(label === undefined ? [] : [label]),
      predictions.scores[row]!,
      ...(probabilities?.subarray(row * width, (row + 1) * width) ?? []),
    ])
  }
  return { body, headers: { 'content-type': 'text/csv; charset=utf-8', ...standInHeaders(answer) } }
}

/** A table has no place for what is said of the whole reply. */
const standInHeaders = ({ servedBy, degraded }: Answer): Readonly<Record<string, string>> => ({
  ...(servedBy !== undefined && { 'x-regia-served-by': servedBy }),
  ...(degraded !== undefined && { 'x-regia-degraded': encodeURIComponent(degraded) }),
})
