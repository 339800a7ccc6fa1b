import { RegiaError, type Row } from '@regia/core'
import type { Answer, PredictCall, ServedVersion } from '../gateway/answer.ts'
import type { ScoreIndex } from './index-file.ts'

/** Where scores that were computed before came from. */
export type ScoresOrigin = {
  readonly dataset: string
  readonly datasetVersion: number
  readonly computedAt: string
  /** The version that computed them, where a scoring job of this server did. */
  readonly model?: string
  readonly version?: number
}

/** Scores by key, as an endpoint answers from them. */
export type PrecomputedScores = {
  readonly key: string
  readonly origin: ScoresOrigin
  readonly index: ScoreIndex
}

/** What is logged and replied under the name of the version that computed the scores. */
export function servedOf({ origin, index }: PrecomputedScores, stable: ServedVersion): ServedVersion {
  const { classes } = index.facts
  return {
    model: origin.model ?? stable.model,
    version: origin.version ?? stable.version,
    signature: { ...stable.signature, ...(classes && { classes: [...classes] }) },
  }
}

/** What becomes of a request: it was found, or the model is asked, with rows that it takes. */
export type LookedUp =
  | { readonly kind: 'found'; readonly predictions: Answer['predictions'] }
  | { readonly kind: 'ask'; readonly rows: readonly Row[] }

/**
 * Looks the rows of a request up by their key. All are answered from the scores, or all by the model: a reply speaks of one version.
 *
 * @param inputs - Names of the columns that the model takes.
 * @throws RegiaError `NOT_FOUND` for a row that says its key alone, which is not there.
 */
export function lookUp(
  { key, index }: PrecomputedScores,
  rows: PredictCall['rows'],
  inputs: ReadonlySet<string>,
): LookedUp {
  const keys = rows.map((row) => row[key])
  if (keys.every((cell) => cell === undefined || cell === null)) return { kind: 'ask', rows }
  const texts = keys.map(textOf)
  const predictions = texts.every((text) => text !== undefined) ? index.find(texts) : undefined
  if (predictions) return { kind: 'found', predictions }
  const alone = rows.findIndex((row, i) => isAlone(row, key) && !isKnown(index, texts[i]))
  if (alone >= 0) throw notThere(key, keys[alone], alone)
  const first = rows.findIndex((row) => isAlone(row, key))
  if (first >= 0) throw mixed(key, first)
  return { kind: 'ask', rows: inputs.has(key) ? rows : rows.map((row) => withoutKey(row, key)) }
}

/** As the index has keys: whole numbers and texts alike as text. */
const textOf = (cell: Row[string] | undefined): string | undefined =>
  cell === undefined || cell === null ? undefined : String(cell)

const isKnown = (index: ScoreIndex, text: string | undefined): boolean => text !== undefined && index.has(text)
const isAlone = (row: Row, key: string): boolean => row[key] !== undefined && Object.keys(row).length === 1

function withoutKey(row: Row, key: string): Row {
  const { [key]: _, ...inputs } = row
  return inputs
}

export const notThere = (key: string, value: unknown, place: number): RegiaError =>
  new RegiaError('NOT_FOUND', `No score was computed for ${key} ${JSON.stringify(value)?.slice(0, 100)}.`, {
    where: `rows[${place}].${key}`,
    hint: 'Send the columns that the model takes beside the key, and it is asked.',
    data: { row: place },
  })

const mixed = (key: string, place: number): RegiaError =>
  new RegiaError('INVALID_INPUT', 'Some rows can be looked up and others must be computed.', {
    where: `rows[${place}]`,
    hint: `Send rows with ${key} alone and rows with inputs in requests of their own, or inputs in every row.`,
  })
