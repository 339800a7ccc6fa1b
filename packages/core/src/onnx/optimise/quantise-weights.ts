/** Weights as 8-bit whole numbers with one scale per output: weight ≈ values · scale of its column. */
export type QuantisedWeights = {
  /** Shape (inputs, outputs), row by row. */
  readonly values: Int8Array
  /** Shape (outputs,), each above 0. */
  readonly scales: Float32Array
}

/**
 * The largest whole number that a weight becomes. Processors without VNNI add two products of a byte and a weight in 16 bits, where
 * 2 · 255 · 64 still fits and 2 · 255 · 127 does not: with the full range they would silently answer something else.
 */
export const WEIGHT_RANGE = { reduced: 64, full: 127 } as const

/**
 * Rounds weights to whole numbers, symmetrically around 0 and for each output by itself.
 *
 * A column of zeros gets scale 1. Half goes to the even neighbour, as onnxruntime rounds.
 *
 * @param weights - Shape (inputs, outputs), row by row, finite.
 * @param range - The largest whole number, at most 127.
 * @see Jacob et al. (2018), *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference*.
 * @example quantiseWeights(Float32Array.of(0.5, -1), 1, 127) // { values: [64, -127], scales: [0.00787…] }
 */
export function quantiseWeights(weights: Float32Array, outputCount: number, range: number): QuantisedWeights {
  const largest = new Float32Array(outputCount)
  for (let i = 0; i < weights.length; i++) {
    const column = i % outputCount
    largest[column] = Math.max(largest[column]!, Math.abs(weights[i]!))
  }
  const scales = largest.map((value) => scaleOf(value, range))
  const values = new Int8Array(weights.length)
  for (let i = 0; i < weights.length; i++) {
    const whole = roundHalfToEven(Math.fround(weights[i]! / scales[i % outputCount]!))
    values[i] = Math.max(-range, Math.min(range, whole))
  }
  return { values, scales }
}

/** The smallest normal float32: below it a quotient may overflow. */
const SMALLEST_SCALE = 2 ** -126

const scaleOf = (largest: number, range: number): number => {
  const scale = Math.fround(largest / range)
  return scale < SMALLEST_SCALE ? 1 : scale
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
