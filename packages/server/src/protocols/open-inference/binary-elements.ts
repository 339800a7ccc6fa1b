import { isUtf8 } from 'node:buffer'
import type { Datatype } from './datatype.ts'
import { refusal } from './refusal.ts'

const TWO_32 = 2 ** 32

/**
 * Reads the elements of a binary tensor: little-endian, row-major, without gaps; text with its length in four bytes before it.
 *
 * @param name - Of the tensor, for what is said of it.
 * @throws RegiaError `INVALID_INPUT` where bytes and count do not agree, or a text is not UTF-8.
 */
export function readElements(name: string, datatype: Datatype, bytes: Uint8Array, count: number): readonly unknown[] {
  if (datatype.kind === 'text') return readTexts(name, bytes, count)
  const expected = count * datatype.sizeBytes
  if (bytes.byteLength !== expected) {
    throw refusal(
      `inputs "${name}"`,
      `Input "${name}" has ${bytes.byteLength} bytes of binary data; its shape and ${datatype.name} make ${expected}.`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = READERS[datatype.name]!
  const elements = new Array<unknown>(count)
  for (let i = 0; i < count; i++) elements[i] = read(view, i * datatype.sizeBytes)
  return elements
}

type Read = (view: DataView, offset: number) => number | bigint

const READERS: Readonly<Record<string, Read>> = {
  BOOL: (view, offset) => view.getUint8(offset),
  UINT8: (view, offset) => view.getUint8(offset),
  UINT16: (view, offset) => view.getUint16(offset, true),
  UINT32: (view, offset) => view.getUint32(offset, true),
  UINT64: (view, offset) => {
    const value = view.getUint32(offset + 4, true) * TWO_32 + view.getUint32(offset, true)
    return Number.isSafeInteger(value) ? value : view.getBigUint64(offset, true)
  },
  INT8: (view, offset) => view.getInt8(offset),
  INT16: (view, offset) => view.getInt16(offset, true),
  INT32: (view, offset) => view.getInt32(offset, true),
  INT64: (view, offset) => {
    const value = view.getInt32(offset + 4, true) * TWO_32 + view.getUint32(offset, true)
    return Number.isSafeInteger(value) ? value : view.getBigInt64(offset, true)
  },
  FP16: (view, offset) => halfToNumber(view.getUint16(offset, true)),
  BF16: (view, offset) => brainToNumber(view.getUint16(offset, true)),
  FP32: (view, offset) => view.getFloat32(offset, true),
  FP64: (view, offset) => view.getFloat64(offset, true),
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const word = new DataView(new ArrayBuffer(4))

/** The upper half of a binary32. */
function brainToNumber(bits: number): number {
  word.setUint32(0, bits << 16)
  return word.getFloat32(0)
}

const LENGTH_BYTES = 4

function readTexts(name: string, bytes: Uint8Array, count: number): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts: string[] = []
  let offset = 0
  while (offset < bytes.byteLength) {
    const start = offset + LENGTH_BYTES
    const end = start <= bytes.byteLength ? start + view.getUint32(offset, true) : Number.POSITIVE_INFINITY
    if (end > bytes.byteLength) throw brokenText(name, texts.length)
    if (texts.length === count) throw tooManyTexts(name, count)
    texts.push(readText(name, bytes.subarray(start, end), texts.length))
    offset = end
  }
  if (texts.length === count) return texts
  throw refusal(`inputs "${name}"`, `Input "${name}" has ${texts.length} elements; its shape makes ${count}.`)
}

/** @throws RegiaError `INVALID_INPUT` for what is not UTF-8. */
export function readText(name: string, bytes: Uint8Array, place: number): string {
  // Checked apart: a decoder that refuses costs several times as much for short texts.
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  throw refusal(
    `inputs "${name}"[${place}]`,
    `Input "${name}" holds ${bytes.byteLength} bytes that are not UTF-8; expected text.`,
    'The models here take text, which is sent as UTF-8.',
  )
}

const brokenText = (name: string, place: number) =>
  refusal(
    `inputs "${name}"[${place}]`,
    `Input "${name}" breaks off in element ${place}: its length reaches beyond the data.`,
    'Each element of BYTES is its length in four bytes, little-endian, and then its bytes.',
  )

const tooManyTexts = (name: string, count: number) =>
  refusal(`inputs "${name}"`, `Input "${name}" has more than the ${count} elements that its shape makes.`)
