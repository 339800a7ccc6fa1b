/**
 * Thrift's compact protocol, as Parquet footers have it: structs are read without knowing their fields, changed and written again.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

const TYPE = {
  stop: 0,
  yes: 1,
  no: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const

export type ThriftValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'byte'; readonly value: number }
  | { readonly kind: 'whole'; readonly type: number; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly type: number; readonly value: Uint8Array }
  | { readonly kind: 'list'; readonly type: number; readonly itemType: number; readonly items: readonly ThriftValue[] }
  | { readonly kind: 'struct'; readonly fields: ThriftStruct }

/** Fields by their number, in the order in which they stood. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>

/** @throws Error when the bytes hold a type that footers do not (a map, a UUID) or end too early. */
export function readThriftStruct(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct()
}

export function writeThriftStruct(fields: ThriftStruct): Uint8Array {
  const bytes: number[] = []
  writeFields(fields, bytes)
  return Uint8Array.from(bytes)
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>()
    for (let id = 0; ; ) {
      const head = this.#byte()
      if (head === TYPE.stop) return fields
      const type = head & 15
      id = head >> 4 === 0 ? Number(this.#zigzag()) : id + (head >> 4)
      fields.set(
        id,
        type === TYPE.yes || type === TYPE.no ? { kind: 'bool', value: type === TYPE.yes } : this.#value(type),
      )
    }
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case TYPE.yes:
      case TYPE.no:
        // Inside a list each bool is a byte of its own.
        return { kind: 'bool', value: this.#byte() === TYPE.yes }
      case TYPE.byte:
        return { kind: 'byte', value: this.#byte() }
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return { kind: 'whole', type, value: this.#zigzag() }
      case TYPE.double:
        return { kind: 'bytes', type, value: this.#take(8) }
      case TYPE.binary:
        return { kind: 'bytes', type, value: this.#take(Number(this.#varint())) }
      case TYPE.list:
      case TYPE.set:
        return this.#list(type)
      case TYPE.struct:
        return { kind: 'struct', fields: this.struct() }
      default:
        throw new Error(`a footer of Parquet holds no thrift type ${type}`)
    }
  }

  #list(type: number): ThriftValue {
    const head = this.#byte()
    const itemType = head & 15
    const size = head >> 4 === 15 ? Number(this.#varint()) : head >> 4
    const items = Array.from({ length: size }, () => this.#value(itemType))
    return { kind: 'list', type, itemType, items }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Error('a thrift struct ended too early')
    return byte
  }

  #take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error('a thrift struct ended too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }

  #zigzag(): bigint {
    const value = this.#varint()
    return (value >> 1n) ^ -(value & 1n)
  }
}

function writeFields(fields: ThriftStruct, bytes: number[]): void {
  let last = 0
  for (const [id, value] of fields) {
    const type = fieldType(value)
    const step = id - last
    if (step > 0 && step <= 15) bytes.push((step << 4) | type)
    else {
      bytes.push(type)
      writeZigzag(BigInt(id), bytes)
    }
    last = id
    // A bool of a field is said by its type alone.
    if (value.kind !== 'bool') writeValue(value, bytes)
  }
  bytes.push(TYPE.stop)
}

function fieldType(value: ThriftValue): number {
  switch (value.kind) {
    case 'bool':
      return value.value ? TYPE.yes : TYPE.no
    case 'byte':
      return TYPE.byte
    case 'struct':
      return TYPE.struct
    default:
      return value.type
  }
}

function writeValue(value: ThriftValue, bytes: number[]): void {
  switch (value.kind) {
    case 'bool':
      bytes.push(value.value ? TYPE.yes : TYPE.no)
      return
    case 'byte':
      bytes.push(value.value)
      return
    case 'whole':
      writeZigzag(value.value, bytes)
      return
    case 'bytes':
      if (value.type === TYPE.binary) writeVarint(BigInt(value.value.length), bytes)
      for (const byte of value.value) bytes.push(byte)
      return
    case 'list':
      writeList(value, bytes)
      return
    case 'struct':
      writeFields(value.fields, bytes)
  }
}

function writeList({ itemType, items }: Extract<ThriftValue, { kind: 'list' }>, bytes: number[]): void {
  if (items.length < 15) bytes.push((items.length << 4) | itemType)
  else {
    bytes.push((15 << 4) | itemType)
    writeVarint(BigInt(items.length), bytes)
  }
  for (const item of items) writeValue(item, bytes)
}

function writeVarint(value: bigint, bytes: number[]): void {
  let rest = value
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
}

const writeZigzag = (value: bigint, bytes: number[]): void =>
  writeVarint(value < 0n ? -value * 2n - 1n : value * 2n, bytes)
