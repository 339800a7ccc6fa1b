import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { canonicalJson } from './json.ts'

/** A content address: `sha256:` and 64 hexadecimal digits. */
export const digestSchema = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]).brand('Digest')
export type Digest = z.infer<typeof digestSchema>

/** The digest of some bytes, or of the UTF-8 bytes of a text. For files of more than a few megabytes use the engine's streaming hash. */
export function digestOf(content: Uint8Array | string): Digest {
  const bytes = typeof content === 'string' ? utf8ToBytes(content) : content
  return `sha256:${bytesToHex(sha256(bytes))}` as Digest
}

/** The digest of a JSON value's canonical text: the same for equal values, whatever the order of their keys. */
export const digestOfJson = (value: unknown): Digest => digestOf(canonicalJson(value))
