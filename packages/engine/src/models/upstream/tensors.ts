import type { Signature, Upstream } from '@regia/core'
import type { InputColumns, InputValues, Predictions } from '../model-session.ts'
import { positivePlace, toPredictions } from '../predictions.ts'
import { failed } from './post-infer.ts'

/** The request of the protocol for n rows: each tensor row-major over its columns. */
export function inferBody(upstream: Upstream, { inputs }: Signature, columns: InputColumns, rowCount: number): object {
  const places = new Map(inputs.map(({ name }, place) => [name, place]))
  return {
    inputs: upstream.inputs.map(({ name, datatype, columns: names, isMatrix }) => ({
      name,
      datatype,
      shape: isMatrix ? [rowCount, names.length] : [rowCount],
      data: interleave(
        names.map((column) => columns[places.get(column)!]!),
        datatype,
        rowCount,
      ),
    })),
    outputs: [{ name: upstream.output.name }],
  }
}

function interleave(columns: readonly InputValues[], datatype: string, rowCount: number): unknown[] {
  const data: unknown[] = []
  for (let row = 0; row < rowCount; row++) for (const column of columns) data.push(elementOf(column[row]!, datatype))
  return data
}

function elementOf(value: number | bigint | string, datatype: string): unknown {
  if (datatype === 'BOOL') return Number(value) !== 0
  return typeof value === 'bigint' ? Number(value) : value
}

/** @throws RegiaError `UPSTREAM_FAILED` where the answer lacks the output or has another shape. */
export function readInfer(upstream: Upstream, signature: Signature, reply: unknown, rowCount: number): Predictions {
  const values = valuesOf(upstream, reply)
  const classCount = signature.classes?.length ?? 0
  const { gives } = upstream.output
  const expected = rowCount * (gives === 'probabilities' ? classCount : 1)
  if (values.length !== expected) {
    throw failed(
      upstream,
      `output "${upstream.output.name}" has ${values.length} numbers for ${rowCount} rows, not ${expected}`,
    )
  }
  return toPredictions(signature, gives === 'positive' ? bothClasses(values, signature) : values, rowCount)
}

function bothClasses(values: Float32Array, signature: Signature): Float32Array {
  const positive = positivePlace(signature) ?? 1
  const both = new Float32Array(values.length * 2)
  for (let row = 0; row < values.length; row++) {
    both[row * 2 + positive] = values[row]!
    both[row * 2 + 1 - positive] = 1 - values[row]!
  }
  return both
}

function valuesOf(upstream: Upstream, reply: unknown): Float32Array {
  const { name } = upstream.output
  const outputs = isRecord(reply) && Array.isArray(reply.outputs) ? reply.outputs : []
  const output: unknown = outputs.find((each: unknown) => isRecord(each) && each.name === name)
  if (!isRecord(output) || !Array.isArray(output.data)) throw failed(upstream, `its answer has no output "${name}"`)
  const flat: unknown[] = output.data.flat(3)
  if (flat.every((value) => typeof value === 'number')) return Float32Array.from(flat)
  throw failed(upstream, `output "${name}" holds other things than numbers`)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
