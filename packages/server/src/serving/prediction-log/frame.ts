import { crc32 } from 'node:zlib'

/** A frame is the payload's length (u32, little-endian), its CRC-32 (u32) and the payload: one JSON object in UTF-8. */
export const FRAME_HEADER_BYTES = 8
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024

const OPENING_BRACE = 0x7b

/** Turns payloads into consecutive frames. Keeps its buffer, since one batch a turn of the event loop would otherwise be one allocation each. */
export class FrameEncoder {
  #buffer = Buffer.allocUnsafe(64 * 1024)

  /**
   * @param offsets - Gets the place of each frame, relative to the first.
   * @returns The frames, valid until the next call.
   */
  encode(payloads: readonly string[], offsets: number[]): Buffer {
    this.#reserve(payloads)
    const buffer = this.#buffer
    let position = 0
    for (const payload of payloads) {
      offsets.push(position)
      const start = position + FRAME_HEADER_BYTES
      const length = buffer.write(payload, start, 'utf8')
      buffer.writeUInt32LE(length, position)
      buffer.writeUInt32LE(crc32(buffer.subarray(start, start + length)), position + 4)
      position = start + length
    }
    return buffer.subarray(0, position)
  }

  #reserve(payloads: readonly string[]): void {
    // A UTF-16 unit takes at most three bytes in UTF-8.
    let bytes = 0
    for (const payload of payloads) bytes += FRAME_HEADER_BYTES + payload.length * 3
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes * 2)
  }
}

/** One frame by itself. */
export function encodeFrame(payload: string): Buffer {
  const bytes = Buffer.from(payload, 'utf8')
  const header = Buffer.alloc(FRAME_HEADER_BYTES)
  header.writeUInt32LE(bytes.length, 0)
  header.writeUInt32LE(crc32(bytes), 4)
  return Buffer.concat([header, bytes])
}

/** The payload of the frame at `offset`, or `undefined` where no whole and sound frame stands. */
export function decodeFrame(bytes: Buffer, offset = 0): Buffer | undefined {
  const length = payloadLengthAt(bytes, offset)
  if (length === undefined) return undefined
  const start = offset + FRAME_HEADER_BYTES
  if (start + length > bytes.length || bytes[start] !== OPENING_BRACE) return undefined
  const payload = bytes.subarray(start, start + length)
  return crc32(payload) === bytes.readUInt32LE(offset + 4) ? payload : undefined
}

/** The length that a frame header claims, if it can be one. */
export function payloadLengthAt(bytes: Buffer, offset: number): number | undefined {
  if (offset + FRAME_HEADER_BYTES > bytes.length) return undefined
  const length = bytes.readUInt32LE(offset)
  return length >= 2 && length <= MAX_PAYLOAD_BYTES ? length : undefined
}
