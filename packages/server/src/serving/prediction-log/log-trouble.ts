/** What a log found wrong with its files when it read them, and what it did about it. */
export type LogTrouble = {
  readonly kind: 'torn-tail' | 'quarantined'
  readonly endpoint: string
  readonly segment: number
  readonly offset: number
  readonly sizeBytes: number
  readonly message: string
}

const WHAT: Readonly<Record<LogTrouble['kind'], string>> = {
  'torn-tail': 'an unfinished write was cut off and kept beside the segment. None of it was acknowledged.',
  quarantined:
    'these bytes are damaged and are passed over. The other records are not affected; look for a failing disk.',
}

export function logTrouble(
  kind: LogTrouble['kind'],
  endpoint: string,
  segment: number,
  range: { readonly offset: number; readonly end: number },
): LogTrouble {
  const sizeBytes = range.end - range.offset
  const place = `Prediction log of "${endpoint}", segment ${segment}, offset ${range.offset}, ${sizeBytes} bytes`
  return { kind, endpoint, segment, offset: range.offset, sizeBytes, message: `${place}: ${WHAT[kind]}` }
}
