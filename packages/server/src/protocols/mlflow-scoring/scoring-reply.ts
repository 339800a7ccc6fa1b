import { isUndecidedRow, type Signature, UNDECIDED } from '@regia/core'
import type { Predictions } from '@regia/engine'
import type { WireReply } from '../../http/wire-message.ts'

/** Rows `from` to `from + count` of what a model answered. */
export type ScoringAnswer = {
  readonly served: { readonly signature: Signature }
  readonly predictions: Predictions
  readonly from: number
  readonly count: number
  /** Below this probability of the most probable class the label is "undecided". */
  readonly abstainBelow?: number
  /** What answered in place of the version, and why. */
  readonly servedBy?: string
  readonly degraded?: string
}

const labelsBySignature = new WeakMap<Signature, readonly string[]>()

/** `{"predictions": […]}` as MLflow's scoring server gives it for a model of scikit-learn: labels, or the numbers of a regression. */
export function scoringReply(answer: ScoringAnswer): WireReply {
  const { served, predictions, from, count } = answer
  const { signature } = served
  const labels = labelsOf(signature)
  let body = '{"predictions": ['
  for (let row = from; row < from + count; row++) {
    const place = predictions.classes?.[row]
    body += `${row === from ? '' : ', '}${place === undefined ? predictions.scores[row] : isUndecided(answer, row) ? UNDECIDED_JSON : labels[place]}`
  }
  return { body: `${body}]${standIn(answer)}}` }
}

/** Clients of the original take what stands beside the predictions for their metadata. */
const standIn = ({ servedBy, degraded }: ScoringAnswer): string =>
  servedBy === undefined
    ? ''
    : `, "served_by": ${JSON.stringify(servedBy)}, "degraded": ${JSON.stringify(degraded ?? '')}`

const UNDECIDED_JSON = JSON.stringify(UNDECIDED)

function isUndecided({ served, predictions, abstainBelow }: ScoringAnswer, row: number): boolean {
  const { probabilities } = predictions
  const classCount = served.signature.classes?.length ?? 0
  return abstainBelow !== undefined && !!probabilities && isUndecidedRow(probabilities, classCount, row, abstainBelow)
}

/** The JSON of each label: numbers where all classes are whole numbers, truth values where they are those, else texts. */
function labelsOf(signature: Signature): readonly string[] {
  const known = labelsBySignature.get(signature)
  if (known) return known
  const { classes = [] } = signature
  const isPlain = classes.every(isWhole) || classes.every((name) => /^(?:true|false)$/i.test(name))
  const labels = classes.map((name) => (isPlain ? name.toLowerCase() : JSON.stringify(name)))
  labelsBySignature.set(signature, labels)
  return labels
}

const isWhole = (name: string): boolean => /^(?:0|-?[1-9]\d{0,14})$/.test(name)
