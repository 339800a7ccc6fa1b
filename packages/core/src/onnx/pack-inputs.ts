import {
  type NodeNames,
  type NodeProto,
  readNode,
  readNodeNames,
  readOpset,
  readValueInfo,
  type ValueInfoProto,
  writeNode,
  writeValueInfo,
} from './onnx-proto.ts'
import { joined, type WireField, wireField, wireFields } from './wire.ts'

/** An input of shape (rows, columns) in place of some of shape (rows, 1). */
export type PackedInput = {
  readonly name: string
  readonly elementType: PackedType
  /** The inputs that it stands for, in the order of its columns. */
  readonly columns: readonly string[]
}
export type PackedType = 'float' | 'int64'

/** Numbers of `TensorProto.DataType`. */
const ELEMENT_NUMBERS: Readonly<Record<PackedType, number>> = { float: 1, int64: 7 }
/** Numbers of fields of `ModelProto`, `GraphProto` and `NodeProto`. */
const [GRAPH, OPSET_IMPORT, NODE, INPUT, OUTPUT, NODE_INPUT] = [7, 8, 1, 11, 12, 1]
/** So few tensors cost no more than one and an operator. */
const FEWEST = 3
/** Since the second operator set `Split` makes equal parts by itself; since the eighteenth it wants to be told how many. */
const [EQUAL_SPLIT_OPSET, COUNTED_SPLIT_OPSET] = [2, 18]
const INT = 2
/** Nodes that may read any name from outside of their branches. */
const WITH_BRANCHES = new Set(['If', 'Loop', 'Scan', 'SequenceMap'])

/**
 * The same graph with its columns of numbers in one tensor a type, since handing over a tensor costs a runtime more than many models do.
 * Where a `Concat` puts such columns together it takes the tensor or is left out; a `Split` takes the others apart. Nothing else of the
 * file is read or changed.
 *
 * @param model - An ONNX file.
 * @param names - Its inputs that are columns, each of shape (rows, 1).
 * @returns The changed file and its new inputs; the bytes as they came where there is nothing to gain.
 * @throws Error where the bytes are not protobuf.
 * @example
 * packInputs(graph, ['a', 'b', 'c']).packed // [{ name: 'packed float', elementType: 'float', columns: ['a', 'b', 'c'] }]
 */
export function packInputs(
  model: Uint8Array,
  names: readonly string[],
): { readonly bytes: Uint8Array; readonly packed: readonly PackedInput[] } {
  const fields = [...wireFields(model)]
  const content = fields.find(({ number }) => number === GRAPH)?.content
  const graph = content && readParts(content)
  const opset = standardOpset(fields)
  const packs = graph && opset >= EQUAL_SPLIT_OPSET ? packsOf(graph, names) : []
  if (!graph || packs.length === 0) return { bytes: model, packed: [] }
  const changed = wireField(GRAPH, change(graph, packs, opset))
  return {
    bytes: joined(fields.flatMap(({ number, bytes }) => (number === GRAPH ? changed : [bytes]))),
    packed: packs.map(({ name, elementType, columns }) => ({ name, elementType, columns })),
  }
}

/** A graph by its fields, and what is read of them. */
type GraphParts = {
  readonly fields: readonly WireField[]
  readonly nodes: ReadonlyMap<WireField, NodeNames>
  readonly inputs: ReadonlyMap<string, ValueInfoProto>
  readonly outputs: ReadonlySet<string>
}

function readParts(graph: Uint8Array): GraphParts {
  const fields = [...wireFields(graph)]
  const readAll = <Value>(wanted: number, read: (content: Uint8Array) => Value) =>
    fields.flatMap((field) => (field.number === wanted && field.content ? [[field, read(field.content)] as const] : []))
  return {
    fields,
    nodes: new Map(readAll(NODE, readNodeNames)),
    inputs: new Map(readAll(INPUT, readValueInfo).map(([, input]) => [input.name, input])),
    outputs: new Set(readAll(OUTPUT, readValueInfo).map(([, { name }]) => name)),
  }
}

function standardOpset(fields: readonly WireField[]): number {
  const opsets = fields.flatMap(({ number, content }) =>
    number === OPSET_IMPORT && content ? [readOpset(content)] : [],
  )
  return Number(opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0)
}

/** A new input and, where a `Concat` takes its columns as they are, which one does. */
type Pack = PackedInput & { readonly concat?: Concat }
type Concat = { readonly field: WireField; readonly node: NodeProto; readonly columns: readonly string[] }

function packsOf(graph: GraphParts, names: readonly string[]): Pack[] {
  return (['float', 'int64'] as const).flatMap((elementType) => {
    const columns = names.filter((name) => isColumn(graph.inputs.get(name), elementType))
    const concat = longestConcat(graph, new Set(columns))
    const others = columns.filter((name) => !concat?.columns.includes(name))
    return [
      ...(concat ? [{ name: nameOf(concat, elementType), elementType, columns: concat.columns, concat }] : []),
      ...(others.length >= FEWEST ? [{ name: `packed ${elementType}`, elementType, columns: others }] : []),
    ]
  })
}

function isColumn(input: ValueInfoProto | undefined, elementType: PackedType): boolean {
  const tensor = input?.type?.tensorType
  const dims = tensor?.shape?.dim
  return tensor?.elemType === ELEMENT_NUMBERS[elementType] && dims?.length === 2 && Number(dims[1]?.dimValue) === 1
}

/** What is left out of the graph gives its name to what came to it. */
const nameOf = ({ node, columns }: Concat, elementType: PackedType): string =>
  columns.length === node.input.length ? node.output[0]! : `joined ${elementType}`

/** The `Concat` that takes the most of these columns in a row, which nobody else takes. */
function longestConcat(graph: GraphParts, columns: ReadonlySet<string>): Concat | undefined {
  const { nodes, outputs } = graph
  if ([...nodes.values()].some(({ opType }) => WITH_BRANCHES.has(opType))) return undefined
  const readings = Map.groupBy([...[...nodes.values()].flatMap(({ input }) => input), ...outputs], (name) => name)
  const isFree = (name: string): boolean => columns.has(name) && readings.get(name)?.length === 1
  let longest: Concat | undefined
  for (const [field, { opType, input, output }] of nodes) {
    if (opType !== 'Concat' || outputs.has(output[0]!)) continue
    const run = longestRun(input, isFree)
    if (run.length < FEWEST || run.length <= (longest?.columns.length ?? 0)) continue
    const node = readNode(field.content!)
    if (joinsColumns(node)) longest = { field, node, columns: run }
  }
  return longest
}

const joinsColumns = ({ attribute }: NodeProto): boolean =>
  attribute.some(({ name, i }) => name === 'axis' && (Number(i) === 1 || Number(i) === -1))

function longestRun(names: readonly string[], isIn: (name: string) => boolean): readonly string[] {
  let longest: readonly string[] = []
  for (let from = 0; from < names.length; from++) {
    let until = from
    while (until < names.length && isIn(names[until]!)) until++
    if (until - from > longest.length) longest = names.slice(from, until)
    from = until
  }
  return longest
}

/** The graph's bytes: new nodes first, since a node stands after those that it reads. */
function change({ fields, inputs }: GraphParts, packs: readonly Pack[], opset: number): Uint8Array[] {
  const gone = new Set(packs.flatMap(({ columns }) => columns))
  const concats = new Map(packs.flatMap(({ concat, name }) => (concat ? [[concat.field, { ...concat, name }]] : [])))
  const splits = packs.filter(({ concat }) => !concat).map((pack) => wireField(NODE, [splitNode(pack, opset)]))
  const added = packs.map((pack) => wireField(INPUT, [packedInfo(pack, inputs.get(pack.columns[0]!)!)]))
  const kept = fields.flatMap((field) => {
    const concat = concats.get(field)
    if (concat) return concat.columns.length === concat.node.input.length ? [] : wireField(NODE, shorter(concat))
    const isGone = field.number === INPUT && field.content && gone.has(readValueInfo(field.content).name)
    return isGone ? [] : [field.bytes]
  })
  return [...splits.flat(), ...kept, ...added.flat()]
}

const splitNode = ({ name, columns }: Pack, opset: number): Uint8Array =>
  writeNode({
    opType: 'Split',
    name: `take ${name} apart`,
    input: [name],
    output: columns,
    attribute: [
      { name: 'axis', type: INT, i: 1 },
      ...(opset >= COUNTED_SPLIT_OPSET ? [{ name: 'num_outputs', type: INT, i: columns.length }] : []),
    ],
  })

/** A `Concat` that takes a tensor in place of some columns. */
function shorter({ field, node, columns, name }: Concat & { readonly name: string }): Uint8Array[] {
  const inputs = node.input.toSpliced(node.input.indexOf(columns[0]!), columns.length, name)
  const others = [...wireFields(field.content!)].filter(({ number }) => number !== NODE_INPUT)
  return [writeNode({ input: inputs }), ...others.map(({ bytes }) => bytes)]
}

/** As many rows as the columns have. */
function packedInfo({ name, elementType, columns }: Pack, { type }: ValueInfoProto): Uint8Array {
  const rows = type?.tensorType?.shape?.dim[0] ?? {}
  const shape = { dim: [rows, { dimValue: columns.length }] }
  return writeValueInfo({ name, type: { tensorType: { elemType: ELEMENT_NUMBERS[elementType], shape } } })
}
