import { endianness } from 'node:os'
import type { InferAnswer, Output } from './outputs.ts'

/** An output as bytes: little-endian, row-major, without gaps; text with its length in four bytes before it. */
export function encodeTensor(output: Output, answer: InferAnswer): Uint8Array {
  if (output.datatype === 'BYTES') return encodeTexts(output.values(answer))
  return output.datatype === 'FP32' ? encodeFloats(output.values(answer)) : encodeIntegers(output.values(answer))
}

function encodeIntegers(values: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 8)
  for (let i = 0; i < values.length; i++) bytes.writeBigInt64LE(values[i]!, i * 8)
  return bytes
}

const isLittle = endianness() === 'LE'

function encodeFloats(values: Float32Array): Uint8Array {
  if (isLittle) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const bytes = Buffer.alloc(values.byteLength)
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, i * 4)
  return bytes
}

const LENGTH_BYTES = 4

function encodeTexts(texts: readonly string[]): Uint8Array {
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + LENGTH_BYTES + size, 0))
  let offset = 0
  for (let i = 0; i < texts.length; i++) {
    offset = bytes.writeUInt32LE(sizes[i]!, offset)
    offset += bytes.write(texts[i]!, offset)
  }
  return bytes
}
