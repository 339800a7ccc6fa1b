import { utf8ToBytes } from '@noble/hashes/utils.js'

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/**
 * MurmurHash3 (x86, 32 bits) of the UTF-8 bytes of a text, as an unsigned integer.
 *
 * For choosing and spreading, where many are needed per second: a digest of {@link digestOf} costs ten times as much. Not for secrets and
 * not against an adversary, who can make texts of equal hash. Any other implementation (Guava, Python's `mmh3`) gives the same number.
 *
 * @param seed - Unsigned 32-bit integer.
 * @see Appleby (2011), *SMHasher*, MurmurHash3_x86_32.
 * @example murmur3('hello') // 613153351
 */
export function murmur3(text: string, seed = 0): number {
  const { length } = text
  let hash = seed | 0
  let block = 0
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    // Up to here the units were the bytes; from here they are not.
    if (unit > 0x7f) return murmur3OfBytes(utf8ToBytes(text), seed)
    block |= unit << ((i & 3) << 3)
    if ((i & 3) === 3) {
      hash = withBlock(hash, block)
      block = 0
    }
  }
  return finished(hash, block, length)
}

function murmur3OfBytes(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0
  let block = 0
  for (let i = 0; i < bytes.length; i++) {
    block |= bytes[i]! << ((i & 3) << 3)
    if ((i & 3) === 3) {
      hash = withBlock(hash, block)
      block = 0
    }
  }
  return finished(hash, block, bytes.length)
}

function withBlock(hash: number, block: number): number {
  const mixed = hash ^ scrambled(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function scrambled(block: number): number {
  const k = Math.imul(block, C1)
  return Math.imul((k << 15) | (k >>> 17), C2)
}

function finished(hash: number, rest: number, length: number): number {
  let h = (rest === 0 ? hash : hash ^ scrambled(rest)) ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
