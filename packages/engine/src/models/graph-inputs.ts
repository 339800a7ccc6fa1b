import { inputElementType, type PackedInput, RegiaError, type Signature } from '@regia/core'
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node'
import type { InputColumns, InputValues } from './model-session.ts'

/** What a graph is fed with, by the names of its inputs. */
type Feeds = Readonly<Record<string, Tensor>>

/** How columns become the tensors of a graph, some of whose inputs may stand for several columns. */
export function createFeeder({ inputs }: Signature, packed: readonly PackedInput[], Tensor: TensorConstructor) {
  const placeOf = new Map(inputs.map(({ name }, place) => [name, place]))
  const packs = packed.map((pack) => ({ ...pack, places: pack.columns.map((name) => placeOf.get(name)!) }))
  const isPacked = new Set(packed.flatMap(({ columns }) => columns))
  const singles = inputs.flatMap(({ name }, place) => (isPacked.has(name) ? [] : [{ name, place }]))
  return (columns: InputColumns, rowCount: number): Feeds => {
    const feeds: Record<string, Tensor> = {}
    for (const { name, place } of singles) feeds[name] = tensorOf(columns[place]!, [rowCount, 1], Tensor)
    for (const { name, elementType, places } of packs) {
      const values = new (elementType === 'float' ? Float32Array : BigInt64Array)(rowCount * places.length)
      for (let i = 0; i < places.length; i++) spread(columns[places[i]!]!, values, i, places.length)
      feeds[name] = tensorOf(values, [rowCount, places.length], Tensor)
    }
    return feeds
  }
}

/** Puts a column into its place of every row. */
function spread(column: InputValues, values: Float32Array | BigInt64Array, place: number, width: number): void {
  if (values instanceof Float32Array && column instanceof Float32Array) {
    for (let row = 0, at = place; at < values.length; row++, at += width) values[at] = column[row]!
  } else if (values instanceof BigInt64Array && column instanceof BigInt64Array) {
    for (let row = 0, at = place; at < values.length; row++, at += width) values[at] = column[row]!
  } else throw new Error('unreachable: the types of the columns were compared when the graph was loaded')
}

function tensorOf(values: InputValues, dims: readonly number[], Tensor: TensorConstructor): Tensor {
  if (values instanceof Float32Array) return new Tensor('float32', values, dims)
  if (values instanceof BigInt64Array) return new Tensor('int64', values, dims)
  if (values instanceof Uint8Array) return new Tensor('bool', values, dims)
  return new Tensor('string', values, dims)
}

const RUNTIME_TYPES: Readonly<Record<string, string>> = {
  float: 'float32',
  int64: 'int64',
  bool: 'bool',
  string: 'string',
}

/** @throws RegiaError `MODEL_INVALID` when the graph takes other inputs than the signature says, or of other types. */
export function assertInputs(
  session: Pick<InferenceSession, 'inputNames' | 'inputMetadata'>,
  { inputs }: Signature,
  packed: readonly PackedInput[],
): void {
  const names = new Set([...inputs, ...packed].map(({ name }) => name))
  const unnamed = session.inputNames.find((name) => !names.has(name))
  if (unnamed !== undefined) throw mismatch(`the graph takes "${unnamed}", which the signature does not name`)
  const inputOf = new Map(packed.flatMap(({ name, columns }) => columns.map((column) => [column, name])))
  for (const input of inputs) {
    const taken = inputOf.get(input.name) ?? input.name
    const metadata = session.inputMetadata.find(({ name }) => name === taken)
    if (!metadata) throw mismatch(`the graph does not take "${input.name}", which the signature names`)
    const expected = RUNTIME_TYPES[inputElementType(input)]
    const got = metadata.isTensor ? metadata.type : 'no tensor'
    if (got !== expected) throw mismatch(`the graph takes "${input.name}" as ${got}, the signature says ${expected}`)
  }
}

export const mismatch = (fault: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `Graph and signature disagree: ${fault}.`, {
    hint: 'Package the model again, with the signature of its own graph.',
  })
