import { type CatalogEntry, type PortType, RegiaError, type TableSchema } from '@regia/core'
import type { GraphNode } from './graph-node.ts'

/** Something of a known type; `of` names who makes it. */
export type GivenType = {
  readonly from: 'type'
  readonly type: PortType
  readonly isList: boolean
  readonly of: string
}

/** What a source brings, as far as it is known before a run. */
export type Given =
  | GivenType
  | { readonly from: 'value'; readonly value: unknown }
  | { readonly from: 'list'; readonly items: readonly Given[] }
  | { readonly from: 'either'; readonly items: readonly Given[] }

type Port = { readonly node: GraphNode; readonly input: string; readonly type: PortType }

/** What an entry of a catalog holds. */
export function typeOfEntry(entry: CatalogEntry): PortType {
  switch (entry.kind) {
    case 'table':
      return { kind: 'table', ...(entry.schema && { schema: entry.schema }) }
    case 'dataset':
      return { kind: 'table' }
    case 'file':
      return { kind: 'file', ...(entry.mediaType !== undefined && { mediaType: entry.mediaType }) }
    case 'json':
      return { kind: 'value', schema: entry.schema ?? {} }
    case 'model':
      return { kind: 'model' }
  }
}

/**
 * Compares what comes with what a port takes: one or many, the kind, for tables with schemas the columns, for values the JSON type.
 * The compiler has said so before, but not to authors of plain JavaScript.
 *
 * @throws RegiaError `PIPELINE_INVALID` with the author's line.
 */
export function assertFits(port: Port, given: Given): void {
  const { node, input } = port
  if (given.from === 'either') {
    for (const item of given.items) assertFits(port, item)
  } else if (node.map?.input === input && node.map.by.kind !== 'items') assertOne(port, given)
  else if (node.map?.input === input || node.listInputs?.includes(input)) assertMany(port, given)
  else assertOne(port, given)
}

function assertMany(port: Port, given: Given): void {
  if (given.from === 'list') {
    for (const item of given.items) assertOne(port, item)
  } else if (given.from === 'type' && given.isList) assertType(port, given.type)
  else if (given.from === 'type' && given.type.kind === 'value') assertItems(port, given.type.schema)
  else if (!(given.from === 'value' && Array.isArray(given.value))) {
    throw misfit(port, `takes a list of ${port.type.kind}s; got ${inWords(given)}.`, hintForMany(port, given))
  }
}

function assertOne(port: Port, given: Given): void {
  if (given.from === 'either') {
    for (const item of given.items) assertOne(port, item)
  } else if (given.from === 'value') {
    if (port.type.kind !== 'value') throw misfit(port, `takes a ${port.type.kind}; got a value.`)
  } else if (given.from === 'list' || given.isList) assertListInValue(port, given)
  else assertType(port, given.type)
}

/** A list of values also fits one value that is an array. */
function assertListInValue(port: Port, given: Given): void {
  const { type } = port
  const isArray = type.kind === 'value' && ['array', undefined].includes(jsonType(type.schema))
  if (isArray && (given.from !== 'type' || given.type.kind === 'value')) return
  throw misfit(
    port,
    `takes one ${type.kind}; got ${inWords(given)}.`,
    `Declare the input as list(…), or map the step over the list: step.map("${port.input}", …).`,
  )
}

function assertType(port: Port, given: PortType): void {
  const { type } = port
  if (given.kind !== type.kind) throw misfit(port, `takes a ${type.kind}; got a ${given.kind}.`)
  if (given.kind === 'table' && type.kind === 'table' && given.schema && type.schema) {
    assertColumns(port, type.schema, given.schema)
  }
  if (given.kind === 'value' && type.kind === 'value') assertJson(port, type.schema, given.schema)
}

function assertItems(port: Port, given: JsonSchema): void {
  const { items } = given
  const type = jsonType(given)
  if (port.type.kind !== 'value') throw misfit(port, `takes a list of ${port.type.kind}s; got a value.`)
  if (type !== undefined && type !== 'array') throw misfit(port, `takes a list; got one value (${type}).`)
  if (isSchema(items)) assertJson(port, port.type.schema, items)
}

type JsonSchema = { readonly [name: string]: unknown }

/** Only types that both schemas name outright; a whole number may be wanted where a number comes. */
function assertJson(port: Port, wanted: JsonSchema, given: JsonSchema): void {
  const [want, got] = [jsonType(wanted), jsonType(given)]
  if (want === undefined || got === undefined || want === got) return
  throw misfit(port, `takes a value of type ${want}; got one of type ${got}.`)
}

function jsonType({ type }: JsonSchema): string | undefined {
  if (typeof type !== 'string') return undefined
  return type === 'integer' ? 'number' : type
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null

/** The schema of a field; one that says nothing of it may have it, one that names its fields has no other. */
export function schemaAt(schema: JsonSchema, path: readonly string[]): Record<string, unknown> | undefined {
  const [name, ...rest] = path
  if (name === undefined) return { ...schema }
  const { properties } = schema
  if (!isSchema(properties)) return ['object', undefined].includes(jsonType(schema)) ? {} : undefined
  const inner = properties[name]
  return isSchema(inner) ? schemaAt(inner, rest) : undefined
}

function assertColumns(port: Port, wanted: TableSchema, given: TableSchema): void {
  const found = new Map(given.columns.map((column) => [column.name, column]))
  for (const column of wanted.columns) {
    const comes = found.get(column.name)
    if (comes?.type === column.type) continue
    if (!comes && !given.strict) continue // a table that is not strict may well hold more than its schema names
    const got = comes ? `comes as ${comes.type}` : 'does not come'
    throw misfit(port, `needs column "${column.name}" (${column.type}); it ${got}.`)
  }
}

function inWords(given: Given): string {
  if (given.from === 'list' || given.from === 'either') return 'a list'
  if (given.from === 'value') return 'one value'
  return given.isList ? `the list that mapped step "${given.of}" makes` : `one ${given.type.kind}`
}

function hintForMany({ node, input }: Port, given: Given): string | undefined {
  const isTable = given.from === 'type' && given.type.kind === 'table'
  if (!isTable) return undefined
  return node.map?.input === input
    ? 'Map over its rows or partitions: rowsOf(table, { size: 1000 }), partitionsOf(table, { column }).'
    : 'Wire an array: [ref], or what a mapped step makes.'
}

const misfit = ({ node, input }: Port, message: string, hint?: string) =>
  new RegiaError('PIPELINE_INVALID', `Input "${input}" of step "${node.id}" ${message}`, {
    hint: hint ?? 'Wire another ref, or change the schema of one of the two ports.',
    data: { steps: [node.id] },
    ...(node.definedAt !== undefined && { where: node.definedAt }),
  })
