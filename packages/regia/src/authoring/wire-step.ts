import { type MapSpec, type PortType, RegiaError } from '@regia/core'
import { type NodeRecord, recordNode } from './composition.ts'
import { definePort, type PortLike, type Ports, portTypeOf } from './ports.ts'
import { isRef, makeRef, type Ref, type Source, sourceOf, sourceOfWire } from './refs.ts'
import type { Pieces, PiecesBy } from './wires.ts'

/** A step's ports as the graph keeps them, computed once for all its uses. */
export type StepShape = Pick<NodeRecord, 'inputTypes' | 'listInputs' | 'optionalInputs' | 'outputs'> & {
  readonly ports: Ports
}

export type MapOptions = {
  /** How many elements run at once at most; what the workers have room for where absent. */
  readonly concurrency?: number
  /** The share of elements that must succeed, 0 to 1; the others are left out of the lists. Default 1. */
  readonly minimumSuccess?: number
}

export const shapeOf = (inputs: Ports, outputs: Ports): StepShape => ({
  ports: inputs,
  inputTypes: typesOf(inputs, 'input'),
  listInputs: Object.keys(inputs).filter((name) => isListPort(inputs[name])),
  optionalInputs: Object.keys(inputs).filter((name) => isOptional(inputs[name]!)),
  outputs: typesOf(outputs, 'output'),
})

/** Adds a use of a step to the pipeline that is being described. @returns A ref for each output. */
export function recordUse(
  shape: StepShape,
  record: Omit<NodeRecord, 'inputs' | keyof StepShape>,
  wires: { readonly [name: string]: unknown },
): { readonly [output: string]: Ref<unknown> } {
  const { ports, ...types } = shape
  const inputs = sourcesOf(ports, wires, record)
  return refsOf(recordNode({ ...record, ...types, inputs }), shape)
}

/** Adds a use of a step for each element of `over`. @returns A ref to a list for each output. */
export function recordMap(
  shape: StepShape,
  record: Omit<NodeRecord, 'inputs' | keyof StepShape>,
  wires: { readonly [name: string]: unknown },
  mapped: { readonly input: string; readonly over: unknown; readonly options: MapOptions },
): { readonly [output: string]: Ref<unknown> } {
  const { ports, ...types } = shape
  const { input, over, options } = mapped
  const { by, source } = elementsOf(over)
  assertLiterals(ports[input], source, input, record, true)
  const map = {
    input,
    by,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.minimumSuccess !== undefined && { minimumSuccess: options.minimumSuccess }),
  }
  assertMapOptions(map, record)
  const inputs = { ...sourcesOf(ports, wires, record), [input]: source }
  return refsOf(recordNode({ ...record, ...types, inputs, map }), shape)
}

function elementsOf(over: unknown): { readonly by: MapSpec['by']; readonly source: Source } {
  if (isPieces(over)) return { by: over.pieces, source: sourceOf(over.of) }
  return { by: { kind: 'items' }, source: sourceOfWire(over, true) }
}

const isPieces = (over: unknown): over is Pieces =>
  typeof over === 'object' && over !== null && !isRef(over) && 'pieces' in over && 'of' in over

/**
 * A table in pieces of so many rows, for `map`.
 *
 * @param options - `size`: rows in a piece, 1 or more; the last piece may be smaller.
 * @example const scored = score.map('rows', rowsOf(split.test, { size: 10_000 }), { model })
 */
export const rowsOf = (of: Ref<{ readonly kind: 'table' }>, options: { readonly size: number }): Pieces =>
  pieces(of, { kind: 'rows', size: options.size })

/**
 * A table in one piece for each value of a column, for `map`; pieces come in the order of the values.
 *
 * @example const models = fit.map('rows', partitionsOf(flights, { column: 'carrier' }), { trees: 50 })
 */
export const partitionsOf = (of: Ref<{ readonly kind: 'table' }>, options: { readonly column: string }): Pieces =>
  pieces(of, { kind: 'partitions', column: options.column })

const pieces = (of: Pieces['of'], by: PiecesBy): Pieces => ({ pieces: by, of })

const refsOf = (id: string, { outputs }: StepShape) =>
  Object.fromEntries(Object.keys(outputs).map((output) => [output, makeRef({ from: 'data', name: `${id}.${output}` })]))

function sourcesOf(ports: Ports, wires: { readonly [name: string]: unknown }, record: Place) {
  const sources: { [input: string]: Source } = {}
  for (const [name, wire] of Object.entries(wires)) {
    if (wire === undefined) continue
    const source = sourceOfWire(wire, isListPort(ports[name]))
    assertLiterals(ports[name], source, name, record)
    sources[name] = source
  }
  return sources
}

const typesOf = (ports: Ports, io: 'input' | 'output'): { readonly [name: string]: PortType } =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, portTypeOf(port, io)]))

const isListPort = (port: PortLike | undefined) => port !== undefined && 'port' in port && port.port === 'list'

function isOptional(port: PortLike): boolean {
  if (!('port' in port)) return port.safeParse(undefined).success
  if (port.port === 'value') return port.schema.safeParse(undefined).success
  return port.port === 'model' && port.isOptional
}

type Place = { readonly name: string; readonly definedAt: string | undefined }

/** Literals are known now, so they are compared with their schema now and not by the first run. */
function assertLiterals(port: PortLike | undefined, source: Source, input: string, record: Place, isMap = false): void {
  if (!port) return
  const definition = definePort(port)
  const item = definition.port === 'list' ? definition.item : definition
  if (item.port !== 'value') return
  const isList = isMap || definition.port === 'list'
  for (const value of literalsOf(source, isList)) {
    const parsed = item.schema.safeParse(value)
    if (!parsed.success) throw wrongLiteral(input, value, parsed.error.issues[0]?.message ?? 'it does not fit', record)
  }
}

function literalsOf(source: Source, isList: boolean): readonly unknown[] {
  if (source.from === 'list') return source.items.flatMap((item) => literalsOf(item, false))
  if (source.from !== 'value') return []
  return isList && Array.isArray(source.value) ? source.value : [source.value]
}

function assertMapOptions(
  { by, concurrency = 1, minimumSuccess = 1 }: Omit<MapSpec, 'minimumSuccess'> & { readonly minimumSuccess?: number },
  place: Place,
): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1
  if (!isCount(concurrency)) throw wrongMap(`concurrency is ${concurrency}`, 'Give a whole number from 1 on.', place)
  if (by.kind === 'rows' && !isCount(by.size))
    throw wrongMap(`size is ${by.size}`, 'Give a whole number of rows, from 1 on.', place)
  if (minimumSuccess >= 0 && minimumSuccess <= 1) return
  throw wrongMap(`minimumSuccess is ${minimumSuccess}`, 'Give a share from 0 to 1, such as 0.8.', place)
}

const wrongMap = (message: string, hint: string, { name, definedAt }: Place) =>
  new RegiaError('PIPELINE_INVALID', `A map of step "${name}" is wrong: ${message}.`, {
    hint,
    ...(definedAt !== undefined && { where: definedAt }),
  })

const wrongLiteral = (input: string, value: unknown, message: string, { name, definedAt }: Place) =>
  new RegiaError('PIPELINE_INVALID', `Input "${input}" of step "${name}" does not take ${shown(value)}: ${message}.`, {
    hint: 'Give what the Zod schema of the port accepts.',
    ...(definedAt !== undefined && { where: definedAt }),
  })

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 100) ?? String(value)
