/** The largest finite number of 16 bits. */
export const LARGEST_FLOAT16 = 65_504

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

/**
 * The 16 bits of a number, rounded to the nearest, half to even.
 *
 * What is beyond 65504 becomes infinity; what is below 2⁻¹⁴ keeps steps of 2⁻²⁴ (subnormal), below 2⁻²⁵ it becomes 0.
 *
 * @see IEEE 754-2019, binary16.
 * @example toFloat16(1) // 0x3c00
 */
export function toFloat16(value: number): number {
  floats[0] = value
  const of32 = bits[0]!
  const sign = (of32 >>> 16) & 0x8000
  const size = of32 & 0x7fffffff
  if (size > 0x7f800000) return sign | 0x7e00
  if (size >= 0x47800000) return sign | 0x7c00
  if (size >= 0x38800000) return sign | roundedShift(size - 0x38000000, 13)
  // Subnormal: the significand with its hidden one, moved to steps of 2⁻²⁴.
  const exponent = size >>> 23
  if (exponent < 102) return sign
  return sign | roundedShift((size & 0x7fffff) | 0x800000, 126 - exponent)
}

/** The number that 16 bits say. @example fromFloat16(0x3c00) // 1 */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const significand = half & 0x3ff
  if (exponent === 0x1f) return significand ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (exponent === 0) return sign * significand * 2 ** -24
  return sign * (1 + significand / 1024) * 2 ** (exponent - 15)
}

/** value / 2^places, half to even; a carry into the exponent is as it should be. */
function roundedShift(value: number, places: number): number {
  const whole = value >>> places
  const rest = value - whole * 2 ** places
  const half = 2 ** (places - 1)
  return rest > half || (rest === half && whole % 2 === 1) ? whole + 1 : whole
}
