import type { RequestHead } from './wire-message.ts'

const REQUEST_LINE = /^POST (\/[!-~]*) HTTP\/1\.1$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]*?)[ \t]*$/
const LENGTH = /^\d{1,10}$/
/** What needs more than an answer to the bytes at hand. */
const UNUSUAL = new Set([
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'http2-settings',
])

/**
 * Reads the head of a request, all of it before the empty line.
 *
 * @returns `undefined` for whatever is not plain beyond doubt: another method or version, a header twice, folded or with other than
 *   printable ASCII, no length, no or an odd host, a connection that shall not stay open.
 */
export function readShortHead(text: string): { readonly head: RequestHead; readonly length: number } | undefined {
  const [first = '', ...lines] = text.split('\r\n')
  const url = REQUEST_LINE.exec(first)?.[1]
  if (url === undefined) return undefined
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    const key = name?.toLowerCase()
    if (key === undefined || value === undefined || key in headers || UNUSUAL.has(key)) return undefined
    headers[key] = value
  }
  const { host, connection, 'content-length': length } = headers
  if (!host || length === undefined || !LENGTH.test(length)) return undefined
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined
  return { head: { method: 'POST', url, headers }, length: Number(length) }
}
