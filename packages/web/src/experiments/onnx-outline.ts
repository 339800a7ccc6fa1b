import { ELEMENT_TYPES } from '@regia/core'
import { numbersOf, textOf, type WireField, wireFields } from './wire-fields.ts'

export type OnnxPort = { readonly name: string; readonly type: string }
export type OnnxOperator = {
  readonly name: string
  readonly opType: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** A model without its weights: what can be drawn of it. */
export type OnnxOutline = {
  readonly producer: string
  readonly opsets: readonly { readonly domain: string; readonly version: number }[]
  readonly operators: readonly OnnxOperator[]
  readonly constants: readonly { readonly name: string; readonly size: number }[]
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
}

/**
 * Reads the outline of an ONNX file.
 *
 * @throws Error where it is none.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export function readOnnxOutline(file: Uint8Array): OnnxOutline {
  const model = byId(file)
  const graphBytes = model.get(7)?.[0]?.bytes
  if (!graphBytes) throw new Error('It is no ONNX model: it has no graph.')
  const graph = byId(graphBytes)
  const constants = (graph.get(5) ?? []).map(({ bytes }) => readConstant(bytes))
  const isConstant = new Set(constants.map(({ name }) => name))
  return {
    producer: [textIn(model, 2), textIn(model, 3)].filter(Boolean).join(' '),
    opsets: (model.get(8) ?? []).map(({ bytes }) => {
      const opset = byId(bytes)
      return { domain: textIn(opset, 1), version: opset.get(2)?.[0]?.number ?? 0 }
    }),
    operators: (graph.get(1) ?? []).map(({ bytes }) => readOperator(bytes)),
    constants,
    // Old files name their constants among the inputs too.
    inputs: (graph.get(11) ?? []).map(({ bytes }) => readPort(bytes)).filter(({ name }) => !isConstant.has(name)),
    outputs: (graph.get(12) ?? []).map(({ bytes }) => readPort(bytes)),
  }
}

type Fields = ReadonlyMap<number, readonly WireField[]>

const byId = (message: Uint8Array): Fields => Map.groupBy(wireFields(message), ({ id }) => id)

const textIn = (fields: Fields, id: number): string => textOf(fields.get(id)?.[0]?.bytes ?? new Uint8Array())
const textsIn = (fields: Fields, id: number) => (fields.get(id) ?? []).map(({ bytes }) => textOf(bytes))

function readOperator(bytes: Uint8Array): OnnxOperator {
  const node = byId(bytes)
  return {
    name: textIn(node, 3),
    opType: textIn(node, 4),
    domain: textIn(node, 7),
    inputs: textsIn(node, 1),
    outputs: textsIn(node, 2),
  }
}

function readConstant(bytes: Uint8Array) {
  const tensor = byId(bytes)
  const dims = (tensor.get(1) ?? []).flatMap(numbersOf)
  return { name: textIn(tensor, 8), size: dims.reduce((size, dim) => size * dim, 1) }
}

const ELEMENT_NAMES = new Map<number, string>(Object.entries(ELEMENT_TYPES).map(([name, id]) => [id, name]))

function readPort(bytes: Uint8Array): OnnxPort {
  const info = byId(bytes)
  const tensor = byId(byId(info.get(2)?.[0]?.bytes ?? new Uint8Array()).get(1)?.[0]?.bytes ?? new Uint8Array())
  if (tensor.size === 0) return { name: textIn(info, 1), type: 'sequence or map' }
  const element = ELEMENT_NAMES.get(tensor.get(1)?.[0]?.number ?? 0) ?? 'of another type'
  const shape = tensor.get(2)?.[0]?.bytes
  return { name: textIn(info, 1), type: shape ? `${element} [${dimsOf(shape).join(', ')}]` : element }
}

const dimsOf = (shape: Uint8Array): readonly string[] =>
  (byId(shape).get(1) ?? []).map(({ bytes }) => {
    const dim = byId(bytes)
    const size = dim.get(1)?.[0]
    return size ? String(size.number) : textIn(dim, 2) || '?'
  })
