/** A field of a protobuf message: a number, or a piece of the bytes. */
export type WireField = { readonly id: number; readonly number: number; readonly bytes: Uint8Array }

const NOTHING = new Uint8Array()

/**
 * The fields of a protobuf message in their order; what a nested one holds is read only by who asks for it, so that weights of any size cost
 * nothing. No code is made from a schema, which the page's content policy would refuse.
 *
 * @throws Error where the bytes are no message.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  const at = { index: 0 }
  while (at.index < message.length) {
    const key = readVarint(message, at)
    const id = Math.floor(key / 8)
    const kind = key % 8
    if (id === 0) throw new Error('The bytes are no protobuf message.')
    if (kind === 0) yield { id, number: readVarint(message, at), bytes: NOTHING }
    else if (kind === 2) yield { id, number: 0, bytes: take(message, at, readVarint(message, at)) }
    else if (kind === 1 || kind === 5) yield { id, number: 0, bytes: take(message, at, kind === 1 ? 8 : 4) }
    else throw new Error('The bytes are no protobuf message.')
  }
}

type Place = { index: number }

// Numbers beyond 2^53 lose their last digits, which no size or version reaches.
function readVarint(message: Uint8Array, at: Place): number {
  let value = 0
  for (let shift = 1; ; shift *= 128) {
    const byte = message[at.index++]
    if (byte === undefined || shift > 2 ** 63) throw new Error('The bytes are no protobuf message.')
    value += (byte & 127) * shift
    if (byte < 128) return value
  }
}

function take(message: Uint8Array, at: Place, length: number): Uint8Array {
  const end = at.index + length
  if (end > message.length) throw new Error('The bytes end too early.')
  const piece = message.subarray(at.index, end)
  at.index = end
  return piece
}

const UTF8 = new TextDecoder()
export const textOf = (bytes: Uint8Array): string => UTF8.decode(bytes)

/** Repeated numbers, one by one or packed. */
export function numbersOf({ number, bytes }: WireField): readonly number[] {
  if (bytes.length === 0) return [number]
  const at = { index: 0 }
  const numbers: number[] = []
  while (at.index < bytes.length) numbers.push(readVarint(bytes, at))
  return numbers
}
