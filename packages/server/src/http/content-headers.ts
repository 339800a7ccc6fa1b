import type { Digest } from '@regia/core'
import { contentTypeOf, isPassive, isShown } from './media-types.ts'

/** Bytes that somebody else made, as a browser is told about them. */
export type ContentDescription = {
  readonly digest: Digest
  readonly mediaType: string
  readonly fileName: string
}

/** Nothing that a user's code made may act in the name of the control room: no scripts, no requests, no forms. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/**
 * What a browser is told about a content beside its length.
 *
 * @param disposition - `shown` shows what a browser can show, the rest is kept as a file; `attachment` keeps everything as a file.
 */
export function contentHeaders(
  { digest, mediaType, fileName }: ContentDescription,
  disposition: 'shown' | 'attachment' = 'shown',
): Readonly<Record<string, string>> {
  const way = disposition === 'shown' && isShown(mediaType) ? 'inline' : 'attachment'
  return {
    'content-type': contentTypeOf(mediaType),
    'content-disposition': `${way}; ${fileNameParams(fileName)}`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    ...(!isPassive(mediaType) && { 'content-security-policy': SANDBOX }),
  }
}

const MAX_NAME_LENGTH = 150

/** A name without anything that means something to a header, a shell or a file system; beside it, encoded, the letters of other scripts. */
function fileNameParams(name: string): string {
  const safe = name
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|%;]/gu, '_')
    .replace(/^\.+/, '')
    .slice(-MAX_NAME_LENGTH)
  const plain = safe.replace(/[^\w.-]/g, '_') || 'artifact'
  if (plain === safe) return `filename="${plain}"`
  const encoded = encodeURIComponent(safe.toWellFormed()).replace(
    /['()]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}
