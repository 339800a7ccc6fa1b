import type { Row, Signature } from '@regia/core'

/** Rows of a model package with the answers that its graph gave. */
export type PackageExample = {
  readonly rows: readonly Row[]
  readonly probabilities?: readonly (readonly number[])[]
  readonly predictions?: readonly number[]
}

export type ExampleAnswer = {
  readonly id: string
  readonly label?: string
  readonly score: number
  readonly probabilities?: Readonly<Record<string, number>>
}

/** The answers of the example as the plain route gives them; the ids are made up. */
export function exampleAnswers(
  { rows, probabilities, predictions }: PackageExample,
  signature: Signature,
): ExampleAnswer[] {
  const { classes, positive } = signature
  return rows.map((_, i): ExampleAnswer => {
    const id = `1-1-${(41 + i * 225).toString(36)}`
    const row = probabilities?.[i]
    if (!row || !classes) return { id, score: predictions?.[i] ?? 0 }
    const best = row.indexOf(Math.max(...row))
    const named = positive === undefined ? classes.length - 1 : classes.indexOf(positive)
    return {
      id,
      label: classes[best]!,
      score: row[signature.task === 'binary' ? named : best]!,
      probabilities: Object.fromEntries(classes.map((name, place) => [name, row[place]!])),
    }
  })
}
