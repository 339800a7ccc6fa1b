import { attr } from '../graph-builder.ts'
import { ELEMENT_TYPES } from '../model.ts'
import type { DenseLayer } from './dense-layers.ts'
import type { Parts, QuantisedInput } from './quantise-dense.ts'

/** Keeps a row of zeros from being divided by 0, and is far below what a float32 tells apart. */
const SMALLEST_SCALE = 2 ** -100
/** The byte that stands for 0 where values have both signs. */
const MIDDLE = 128
/** `QuantizeLinear` takes a scale per row, `ReduceMax` takes axes as an input. */
const OPSET_OF = { scalePerRow: 13, axesAsInput: 18 } as const

/**
 * Bytes of the values that a layer multiplies, with a scale for each row: its largest value becomes 255 where none is negative, else 127
 * steps from the middle.
 *
 * A row with a missing value gets NaN as its scale, and with it NaN as its answer, as in float32: the largest of its values would not tell,
 * and a NaN becomes some byte.
 */
export function byRow(layer: DenseLayer, opset: number, parts: Parts): QuantisedInput {
  const { input, isNonNegative } = layer
  const { add } = parts
  const largest = reduce('ReduceMax', isNonNegative ? input : add('Abs', [input]), opset, parts)
  const steps = isNonNegative ? 255 : 127
  const ofRow = add('Max', [add('Mul', [largest, scalar(1 / steps, parts)]), scalar(SMALLEST_SCALE, parts)])
  const scale = add('Add', [ofRow, add('Mul', [reduce('ReduceL1', input, opset, parts), scalar(0, parts)])])
  const zeroPoint = isNonNegative ? undefined : middle(parts)
  if (layer.rank === 2 && opset >= OPSET_OF.scalePerRow) {
    return { bytes: bytesByOperator(layer, scale, parts), zeroPoint, scale, isScalePerRow: true }
  }
  return { bytes: bytesByHand(layer, scale, parts), zeroPoint, scale, isScalePerRow: true }
}

/** One scale for the whole batch, asymmetric, as onnxruntime's own tool writes it. */
export function byBatch({ input }: DenseLayer, { add, fresh }: Parts): QuantisedInput {
  const [bytes, scale, zeroPoint] = [fresh('bytes'), fresh('scale'), fresh('zero')]
  add('DynamicQuantizeLinear', [input], {}, [bytes, scale, zeroPoint])
  return { bytes, scale, zeroPoint, isScalePerRow: false }
}

/** Of each row, as shape (…, 1). */
function reduce(opType: string, values: string, opset: number, { add, constant }: Parts): string {
  const keepdims = attr.int(1)
  if (opset < OPSET_OF.axesAsInput) return add(opType, [values], { axes: attr.ints([-1]), keepdims })
  const axes = constant('axes', { elementType: 'int64', dims: [1], data: BigInt64Array.of(-1n) })
  return add(opType, [values, axes], { keepdims })
}

/** The operator's zero point would have to be given per row, so the middle is added to the values instead. */
function bytesByOperator({ input, isNonNegative }: DenseLayer, scale: string, parts: Parts): string {
  const { add, constant } = parts
  const moved = isNonNegative ? input : add('Add', [input, add('Mul', [scale, scalar(MIDDLE, parts)])])
  const flat = constant('flat', { elementType: 'int64', dims: [1], data: BigInt64Array.of(-1n) })
  return add('QuantizeLinear', [moved, add('Reshape', [scale, flat])], { axis: attr.int(0) })
}

/** For values of any number of dimensions. */
function bytesByHand({ input, isNonNegative }: DenseLayer, scale: string, parts: Parts): string {
  const { add } = parts
  const whole = add('Round', [add('Div', [input, scale])])
  const moved = isNonNegative ? whole : add('Add', [whole, scalar(MIDDLE, parts)])
  return add('Cast', [moved], { to: attr.int(ELEMENT_TYPES.uint8) })
}

const scalar = (value: number, { constant }: Parts): string =>
  constant('number', { elementType: 'float', dims: [], data: Float32Array.of(value) })

const middle = ({ constant }: Parts): string =>
  constant('middle', { elementType: 'uint8', dims: [], data: Uint8Array.of(MIDDLE) })
