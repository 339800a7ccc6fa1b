/** Where a record stands: the log (a short key for each endpoint), the segment in it and the byte at which its frame begins. */
export type RecordPlace = { readonly log: string; readonly segment: number; readonly offset: number }

/** What all ids of one segment begin with; the offset follows in base 36. */
export const idPrefix = (log: string, segment: number): string => `${log}-${segment.toString(36)}-`

export const formatPredictionId = ({ log, segment, offset }: RecordPlace): string =>
  idPrefix(log, segment) + offset.toString(36)

const PATTERN = /^([0-9a-z]{1,8})-([0-9a-z]{1,6})-([0-9a-z]{1,8})$/

/** The place that an id speaks of, whether or not something stands there; `undefined` for what is no id. */
export function parsePredictionId(id: string): RecordPlace | undefined {
  const match = PATTERN.exec(id)
  if (!match) return undefined
  const [, log = '', segment = '', offset = ''] = match
  return { log, segment: Number.parseInt(segment, 36), offset: Number.parseInt(offset, 36) }
}
