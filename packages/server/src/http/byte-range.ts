/** Bytes `first` to `last`, both included. */
export type ByteRange = { readonly first: number; readonly last: number }

/**
 * The part that a `Range` header asks for (RFC 9110, section 14): `whole` where there is none, where it asks for several parts or in words that
 * are not of the standard, all of which a server may answer with everything; `unsatisfiable` where it begins behind the end.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!parts) return 'whole'
  const [, from = '', to = ''] = parts
  if (from === '') return to === '' ? 'whole' : lastBytes(Number(to), sizeBytes)
  const first = Number(from)
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  if (to !== '' && Number(to) < first) return 'whole'
  return first >= sizeBytes ? 'unsatisfiable' : { first, last }
}

const lastBytes = (count: number, sizeBytes: number): ByteRange | 'unsatisfiable' =>
  count === 0 || sizeBytes === 0 ? 'unsatisfiable' : { first: Math.max(0, sizeBytes - count), last: sizeBytes - 1 }
