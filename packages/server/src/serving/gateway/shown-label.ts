import { isUndecidedRow, UNDECIDED } from '@regia/core'
import { type Answer, labelOf } from './answer.ts'

type Judged = Pick<Answer, 'predictions' | 'served' | 'abstainBelow'>

/** Whether no class of a row is as probable as the endpoint wants. What has no probabilities is always decided. */
export function isUndecided({ predictions, served, abstainBelow }: Judged, row: number): boolean {
  const { probabilities } = predictions
  if (abstainBelow === undefined || !probabilities) return false
  return isUndecidedRow(probabilities, served.signature.classes?.length ?? 0, row, abstainBelow)
}

/** The label of a row as its asker gets it. */
export const shownLabel = (answer: Answer, row: number): string | undefined =>
  isUndecided(answer, row) ? UNDECIDED : labelOf(answer.served.signature, answer.predictions, row)

/** The most probable classes of a row, best first. */
export function topClasses(
  { predictions, served, topK = 0 }: Answer,
  row: number,
): readonly { readonly label: string; readonly probability: number }[] {
  const { probabilities } = predictions
  const { classes } = served.signature
  if (!probabilities || !classes) return []
  const from = row * classes.length
  return classes
    .map((label, i) => ({ label, probability: probabilities[from + i]! }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topK)
}
