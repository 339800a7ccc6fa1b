import type { CardText } from '@regia/core'

/** A card while it is written: every field is there, rows have an id of their own. */
export type Draft = Readonly<Record<Exclude<keyof CardText, 'errorCosts'>, string>> & {
  readonly errorCosts: readonly { readonly id: number; readonly error: string; readonly cost: string }[]
}

export const draftOf = ({
  purpose = '',
  objective = '',
  owner = '',
  data = '',
  checks = '',
  limits = '',
  licence = '',
  dataLicence = '',
  errorCosts = [],
}: CardText): Draft => ({
  purpose,
  objective,
  owner,
  data,
  checks,
  limits,
  licence,
  dataLicence,
  errorCosts: errorCosts.map((each, id) => ({ id, ...each })),
})

/** What is empty says nothing, and is not kept. */
export function cardOf({ errorCosts, ...texts }: Draft): CardText {
  const written = Object.entries(texts).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]]))
  const costs = errorCosts
    .map(({ error, cost }) => ({ error: error.trim(), cost: cost.trim() }))
    .filter(({ error, cost }) => error !== '' && cost !== '')
  return { ...Object.fromEntries(written), ...(costs.length > 0 && { errorCosts: costs }) }
}
