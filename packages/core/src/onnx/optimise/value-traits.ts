import type { OnnxGraph, OnnxNode } from '../model.ts'

/** What is known of a value in a graph without running it. */
export type ValueTraits = {
  /** The number of its dimensions, where the graph tells. */
  readonly rank: number | undefined
  /** Whether it is surely never below 0. */
  readonly isNonNegative: boolean
}

/** Operators whose result has the shape of their first input. */
const SAME_SHAPE = new Set(
  'Relu LeakyRelu PRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Mish Tanh Softmax LogSoftmax Softplus Softsign Abs Neg Exp Log Sqrt Erf Clip Identity Cast Dropout BatchNormalization LayerNormalization Scaler Imputer Normalizer'.split(
    ' ',
  ),
)
const NEVER_NEGATIVE = new Set('Relu Sigmoid HardSigmoid Softmax Softplus Abs Exp Sqrt'.split(' '))
const KEEPS_SIGN = new Set(['Identity', 'Dropout'])
/** Operators that broadcast: as many dimensions as the input with most of them. */
const BROADCASTS = new Set(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Where'])

/** Traits by the names of values; nothing of values that only other operators make. */
export function inferTraits({ inputs, initializers, nodes }: OnnxGraph): ReadonlyMap<string, ValueTraits> {
  const traits = new Map<string, ValueTraits>()
  for (const { name, type } of inputs) {
    traits.set(name, { rank: type.kind === 'tensor' ? type.shape?.length : undefined, isNonNegative: false })
  }
  for (const { name, dims } of initializers) traits.set(name, { rank: dims.length, isNonNegative: false })
  for (const node of nodes) {
    const [first] = node.outputs
    if (first) traits.set(first, { rank: rankOf(node, traits), isNonNegative: isNonNegative(node, traits) })
  }
  return traits
}

function rankOf({ opType, inputs, attributes }: OnnxNode, traits: ReadonlyMap<string, ValueTraits>) {
  const ranks = inputs.map((name) => traits.get(name)?.rank)
  if (opType === 'Gemm' || opType === 'Flatten') return 2
  if (opType === 'Concat' || SAME_SHAPE.has(opType)) return ranks.find((rank) => rank !== undefined)
  if (opType === 'MatMul') return ranks[1] === 2 ? ranks[0] : undefined
  if (opType === 'Constant') return attributes.value?.type === 'tensor' ? attributes.value.value.dims.length : undefined
  if (!BROADCASTS.has(opType)) return undefined
  return ranks.reduce((most, rank) => (most === undefined || rank === undefined ? undefined : Math.max(most, rank)))
}

function isNonNegative({ opType, inputs }: OnnxNode, traits: ReadonlyMap<string, ValueTraits>): boolean {
  if (NEVER_NEGATIVE.has(opType)) return true
  return KEEPS_SIGN.has(opType) && traits.get(inputs[0] ?? '')?.isNonNegative === true
}
