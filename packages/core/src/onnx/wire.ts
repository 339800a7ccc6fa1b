/** A field of a protobuf message: its number, its bytes with their tag, and what it holds where that has a length (text, bytes, messages). */
export type WireField = {
  readonly number: number
  readonly bytes: Uint8Array
  readonly content: Uint8Array | undefined
}

const VARINT = 0
const FIXED_64 = 1
const LENGTH = 2
const FIXED_32 = 5

/**
 * Walks over the fields of a message without reading what they hold, so that a file of any size can be changed in one place.
 *
 * @throws RangeError where the bytes are not protobuf.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER) throw new RangeError('a number has no end')
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const start = at
    const tag = varint()
    const content = contentOf(tag & 7)
    yield { number: Math.floor(tag / 8), bytes: message.subarray(start, at), content }
  }

  function contentOf(kind: number): Uint8Array | undefined {
    const length = kind === LENGTH ? varint() : kind === FIXED_64 ? 8 : kind === FIXED_32 ? 4 : 0
    if (kind === VARINT) varintOf64Bits()
    else if (kind !== LENGTH && length === 0) throw new RangeError(`there is no kind ${kind} of field`)
    if (at + length > message.length) throw new RangeError('a field is longer than its message')
    at += length
    return kind === LENGTH ? message.subarray(at - length, at) : undefined
  }

  /** Whole numbers below zero take ten bytes; what they say is not asked. */
  function varintOf64Bits(): void {
    while ((message[at++] ?? 0) >= 128);
    if (at > message.length) throw new RangeError('a number has no end')
  }
}

/** A field that holds text, bytes or a message. */
export function wireField(number: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [Uint8Array.of(...varintBytes(number * 8 + LENGTH), ...varintBytes(length)), ...parts]
}

function varintBytes(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
