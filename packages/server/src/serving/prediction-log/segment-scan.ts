import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { decodeFrame, FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES, payloadLengthAt } from './frame.ts'

const CHUNK_BYTES = 1024 * 1024

/** A sound frame, or a stretch of bytes that holds none. A damaged stretch that reaches the end of the file is a torn tail. */
export type ScanItem =
  | { readonly kind: 'frame'; readonly offset: number; readonly end: number; readonly payload: Buffer }
  | { readonly kind: 'damage'; readonly offset: number; readonly end: number; readonly isTail: boolean }

/** Reads a segment's frames in order, passing over what is damaged. */
export function* scanSegment(path: string, from = 0): Generator<ScanItem> {
  const fd = openSync(path, 'r')
  try {
    yield* scanFile(new FileWindow(fd), from)
  } finally {
    closeSync(fd)
  }
}

function* scanFile(file: FileWindow, from: number): Generator<ScanItem> {
  let offset = from
  while (offset < file.size) {
    const payload = file.frameAt(offset)
    const end = payload ? offset + FRAME_HEADER_BYTES + payload.length : nextFrame(file, offset)
    if (payload) yield { kind: 'frame', offset, end, payload }
    else yield { kind: 'damage', offset, end, isTail: end === file.size }
    offset = end
  }
}

/** Where sound frames go on after a broken one. Its length is believed first, since damage mostly hits the payload. */
function nextFrame(file: FileWindow, broken: number): number {
  const claimed = file.claimedEnd(broken)
  if (claimed !== undefined && claimed < file.size && file.frameAt(claimed)) return claimed
  for (let offset = broken + 1; offset < file.size; offset++) if (file.frameAt(offset)) return offset
  return file.size
}

/** A file seen through a buffer that moves along. */
class FileWindow {
  readonly #fd: number
  readonly size: number
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(fd: number) {
    this.#fd = fd
    this.size = fstatSync(fd).size
  }

  claimedEnd(offset: number): number | undefined {
    const length = payloadLengthAt(this.#view(offset, FRAME_HEADER_BYTES), 0)
    return length === undefined ? undefined : offset + FRAME_HEADER_BYTES + length
  }

  frameAt(offset: number): Buffer | undefined {
    const end = this.claimedEnd(offset)
    return end === undefined || end > this.size ? undefined : decodeFrame(this.#view(offset, end - offset))
  }

  #view(offset: number, length: number): Buffer {
    const available = Math.min(length, this.size - offset)
    if (offset < this.#start || offset + available > this.#start + this.#bytes.length) this.#load(offset, available)
    const from = offset - this.#start
    return this.#bytes.subarray(from, from + available)
  }

  #load(offset: number, length: number): void {
    const wanted = Math.min(Math.max(length, CHUNK_BYTES), this.size - offset, MAX_PAYLOAD_BYTES + FRAME_HEADER_BYTES)
    const bytes = Buffer.allocUnsafe(wanted)
    const read = readSync(this.#fd, bytes, 0, wanted, offset)
    this.#bytes = bytes.subarray(0, read)
    this.#start = offset
  }
}
