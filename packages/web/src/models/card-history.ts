import type { CardEdit, CardText } from '@regia/core'

const FIELDS = [
  'purpose',
  'objective',
  'owner',
  'errorCosts',
  'data',
  'checks',
  'limits',
  'licence',
  'dataLicence',
] as const
export const FIELD_NAMES: Readonly<Record<keyof CardText, string>> = {
  purpose: 'Purpose',
  objective: 'Business objective',
  owner: 'Owner',
  errorCosts: 'What errors cost',
  data: 'Data',
  checks: 'Checks',
  limits: 'Limits',
  licence: 'Licence',
  dataLicence: 'Licence of the data',
}

export type CardChange = CardEdit & {
  /** What it says otherwise than the edit before it of the same card. */
  readonly changed: readonly string[]
}

/** Edits of a version's card and of the model's, each newest first, as one list with what each changed. */
export function cardChanges(...cards: readonly (readonly CardEdit[])[]): readonly CardChange[] {
  return cards
    .flatMap((edits) => edits.map((edit, i) => ({ ...edit, changed: changedFields(edit.text, edits[i + 1]?.text) })))
    .toSorted((a, b) => b.at.localeCompare(a.at))
}

const changedFields = (text: CardText, before: CardText = {}): readonly string[] =>
  FIELDS.filter((field) => JSON.stringify(text[field]) !== JSON.stringify(before[field])).map(
    (field) => FIELD_NAMES[field],
  )

/** The fields that nobody has written. */
export const unwritten = (text: CardText): readonly string[] =>
  FIELDS.filter((field) => text[field] === undefined || text[field].length === 0).map((field) => FIELD_NAMES[field])
