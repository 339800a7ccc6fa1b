import { closeSync, openSync, readSync } from 'node:fs'
import { decodeFrame, FRAME_HEADER_BYTES, payloadLengthAt } from './frame.ts'

/** Most frames fit, so that one read does. */
const FIRST_READ_BYTES = 4096

/** The payload of the frame that begins at `offset` of a segment, or `undefined` where none does. */
export function readFrameAt(path: string, offset: number): Buffer | undefined {
  const fd = openSync(path, 'r')
  try {
    const first = readBytes(fd, offset, FIRST_READ_BYTES)
    const length = payloadLengthAt(first, 0)
    if (length === undefined) return undefined
    const whole = length + FRAME_HEADER_BYTES
    return decodeFrame(whole <= first.length ? first : readBytes(fd, offset, whole))
  } finally {
    closeSync(fd)
  }
}

function readBytes(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, readSync(fd, bytes, 0, length, offset))
}
