import { promisify } from 'node:util'
import { deflate, gunzip, gzip, inflate, inflateRaw } from 'node:zlib'
import { RegiaError } from '@regia/core'

/** Smaller replies go out as they are: packing them would cost more than the line. */
const MIN_PACKED_BYTES = 1024
/** Of the speeds the one that still packs numbers to about half. */
const PACKING = { level: 1 }

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) } as const
const unpackers = { gzip: promisify(gunzip), inflate: promisify(inflate), raw: promisify(inflateRaw) } as const

export type ContentCoding = keyof typeof packers

/**
 * Unpacks a body that came with a `content-encoding`.
 *
 * @param maxBytes - Of the unpacked body; a bomb stops there.
 * @throws RegiaError `INVALID_INPUT` for another coding or broken bytes, `PAYLOAD_TOO_LARGE`.
 */
export async function unpackBody(body: Buffer, coding: string | undefined, maxBytes: number): Promise<Buffer> {
  const unpack = unpackerOf(coding, body)
  if (!unpack) return body
  try {
    return await unpack(body, { maxOutputLength: maxBytes })
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(maxBytes, cause)
      : broken(coding ?? '', cause)
  }
}

function unpackerOf(coding: string | undefined, body: Buffer) {
  switch (coding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return unpackers.gzip
    case 'deflate':
      return hasZlibHeader(body) ? unpackers.inflate : unpackers.raw
    default:
      throw unknownCoding(coding ?? '')
  }
}

/** "deflate" means the zlib format (RFC 9110 §8.4.1.2), but some send what is inside it. */
const hasZlibHeader = (body: Buffer): boolean =>
  body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0

/** The coding in which a reply leaves, by what its reader accepts; `undefined` for as it is. */
export function replyCoding(accepted: string | undefined, sizeBytes: number): ContentCoding | undefined {
  if (accepted === undefined || sizeBytes < MIN_PACKED_BYTES) return undefined
  const names = accepted
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]!.trim().toLowerCase())
  if (names.includes('gzip')) return 'gzip'
  return names.includes('deflate') ? 'deflate' : undefined
}

export const packBody = (body: string | Uint8Array, coding: ContentCoding): Promise<Buffer> =>
  packers[coding](body, PACKING)

const tooLarge = (maxBytes: number, cause: unknown): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes} bytes when unpacked.`, {
    cause,
    where: 'body',
    hint: 'Send less at once: fewer rows a request.',
  })

const broken = (coding: string, cause: unknown): RegiaError =>
  new RegiaError('INVALID_INPUT', `The request body cannot be unpacked as ${coding.slice(0, 50)}.`, {
    cause,
    where: 'header content-encoding',
    hint: 'Send the body whole, or leave the header out for one that is not packed.',
  })

const unknownCoding = (coding: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `The request body came with the content-encoding "${coding.slice(0, 50)}".`, {
    where: 'header content-encoding',
    hint: 'Send it as gzip or deflate, or as it is.',
  })
