import {
  type AttributeValue,
  ELEMENT_TYPES,
  type ElementType,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  RegiaError,
} from '@regia/core'
import { type ForeignGraph, type ForeignTensor, foreignName, prefixed } from './foreign-graph.ts'

/** `Scan` as it is since, and the operators that padding needs. */
const FIRST_WITH_SCAN = 9
const FIRST_WITH_PADDING = 11
/** What the loop adds around the graph; its own names begin with INSIDE. */
const AROUND = 'groups/'
const INSIDE = 'group/'

/** A graph whose maker fixed how many rows it takes says so in the first size of each of its inputs. */
export function fixedRowCount({ inputs }: Pick<ForeignGraph, 'inputs'>): number | undefined {
  const [first, ...others] = inputs.map(({ shape }) => shape?.[0] ?? -1)
  return first !== undefined && first > 0 && others.every((size) => size === first) ? first : undefined
}

/**
 * A graph that takes `size` rows as one that takes any number: a loop inside of it passes them on group after group. A group that is not full is
 * filled with the last row, whose answers are dropped; so rows of one group must not touch each other.
 *
 * @param output - The one that is kept; its answers come as a matrix of rows.
 * @throws RegiaError `MODEL_INVALID` for a graph of operators that are too old for a loop.
 */
export function inRowGroups(
  foreign: ForeignGraph,
  output: ForeignTensor,
  size: number,
): { readonly foreign: ForeignGraph; readonly output: ForeignTensor } {
  const opset = foreign.model.opsets[''] ?? FIRST_WITH_PADDING
  const needed = size === 1 ? FIRST_WITH_SCAN : FIRST_WITH_PADDING
  if (opset < needed) throw tooOld(size, opset, needed)
  const { inputs } = foreign
  const into = inputs.map((input) => foreignName(input.name))
  const nodes = [
    ...countRows(into[0] ?? '', size),
    ...(size === 1 ? [] : into.flatMap(groupsOf)),
    node('Scan', size === 1 ? into : into.map(groupedName), [SCANNED], {
      body: { type: 'graph', value: bodyOf(foreign, output, size) },
      num_scan_inputs: { type: 'int', value: inputs.length },
    }),
    ...rowsOf(foreignName(output.name), size),
  ]
  const graph: OnnxGraph = { ...foreign.model.graph, nodes, initializers: constantsFor(size), outputs: [] }
  return {
    foreign: {
      ...foreign,
      model: { ...foreign.model, graph },
      inputs: inputs.map((input) => withRows(input)),
      notes: [...foreign.notes, noteOn(size)],
    },
    output: { ...output, shape: [-1, widthOf(output, size)] },
  }
}

const COUNT = `${AROUND}count`
const GROUPS = `${AROUND}groups`
const TOTAL = `${AROUND}total`
const SCANNED = `${AROUND}scanned`
const groupedName = (name: string): string => `${AROUND}${name}`

/** How many rows there are, and groups, and rows in these. */
const countRows = (input: string, size: number): OnnxNode[] => [
  node('Shape', [input], [`${AROUND}shape`]),
  node('Gather', [`${AROUND}shape`, constant('first')], [COUNT]),
  ...(size === 1
    ? [node('Identity', [COUNT], [TOTAL])]
    : [
        node('Add', [COUNT, constant('less')], [`${AROUND}padded`]),
        node('Div', [`${AROUND}padded`, constant('size')], [GROUPS]),
        node('Mul', [GROUPS, constant('size')], [TOTAL]),
        node('Concat', [GROUPS, constant('rest')], [`${AROUND}grouped`], { axis: { type: 'int', value: 0 } }),
      ]),
  node('Concat', [TOTAL, constant('rest')], [`${AROUND}flat`], { axis: { type: 'int', value: 0 } }),
]

/** All values of a group side by side, the last row as often as the last group lacks rows. */
function groupsOf(name: string): OnnxNode[] {
  const part = (kind: string) => `${AROUND}${kind}/${name}`
  const axis: AttributeValue = { type: 'int', value: 0 }
  return [
    node('Gather', [name, constant('lasts')], [part('last')], { axis }),
    node('Concat', [name, part('last')], [part('more')], { axis }),
    node('Slice', [part('more'), constant('first'), TOTAL], [part('full')]),
    node('Reshape', [part('full'), `${AROUND}grouped`], [groupedName(name)]),
  ]
}

const rowsOf = (name: string, size: number): OnnxNode[] =>
  size === 1
    ? [node('Reshape', [SCANNED, `${AROUND}flat`], [name])]
    : [
        node('Reshape', [SCANNED, `${AROUND}flat`], [`${AROUND}rows`]),
        node('Slice', [`${AROUND}rows`, constant('first'), COUNT], [name]),
      ]

/** The graph itself, under other names than those around it, between the values of a group and its answers. */
function bodyOf({ model, inputs }: ForeignGraph, output: ForeignTensor, size: number): OnnxGraph {
  const inner = prefixed(model.graph, INSIDE)
  const sliceName = (name: string) => `${INSIDE}slice/${name}`
  const isFlat = ({ shape }: ForeignTensor) => shape?.length === 1
  return {
    name: model.graph.name || 'rows',
    initializers: [
      ...inner.initializers,
      int64(`${INSIDE}as-matrix`, [size, -1]),
      ...(inputs.some(isFlat) ? [int64(`${INSIDE}as-list`, [-1])] : []),
    ],
    nodes: [
      ...inputs.map((input) => {
        const shape = `${INSIDE}${isFlat(input) ? 'as-list' : 'as-matrix'}`
        return node('Reshape', [sliceName(input.name), shape], [INSIDE + foreignName(input.name)])
      }),
      ...inner.nodes,
      node('Reshape', [INSIDE + foreignName(output.name), `${INSIDE}as-matrix`], [`${INSIDE}answer`]),
    ],
    inputs: inputs.map(({ name, elementType }) => ({
      name: sliceName(name),
      type: { kind: 'tensor', elementType: elementOf(elementType) },
    })),
    outputs: [
      {
        name: `${INSIDE}answer`,
        type: { kind: 'tensor', elementType: elementOf(output.elementType), shape: [size, null] },
      },
    ],
  }
}

const constant = (name: string): string => `${AROUND}constant/${name}`

const constantsFor = (size: number): OnnxTensor[] => [
  int64(constant('first'), [0]),
  int64(constant('rest'), [-1]),
  ...(size === 1
    ? []
    : [
        int64(constant('size'), [size]),
        int64(constant('less'), [size - 1]),
        int64(constant('lasts'), new Array(size - 1).fill(-1)),
      ]),
]

const int64 = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  elementType: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
})

const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ name: outputs[0] ?? opType, opType, domain: '', inputs, outputs, attributes })

const withRows = (input: ForeignTensor): ForeignTensor =>
  input.shape ? { ...input, shape: [-1, ...input.shape.slice(1)] } : input

/** Answers to a row: of one dimension that is as long as the group there is one for each. */
function widthOf({ shape }: ForeignTensor, size: number): number {
  if (!shape || shape.length === 0) return -1
  const last = shape.at(-1) ?? -1
  return shape.length > 1 || last < 0 ? last : Math.max(1, last / size)
}

function elementOf(name: string): ElementType {
  const found = Object.keys(ELEMENT_TYPES).find((known): known is ElementType => known === name)
  if (found) return found
  throw new Error(`unreachable: there is no element type ${name}`)
}

const rowsIn = (size: number): string => (size === 1 ? 'one row' : `${size} rows`)

const WAY_OUT =
  'Export it for batches of any size: torch.onnx.export(model, (x,), "model.onnx", dynamic_shapes=({0: "rows"},)), or dynamic_axes={"x": {0: "rows"}} where dynamo=False; in tf2onnx a signature of [None, n].'

const noteOn = (size: number): string =>
  `The graph takes ${rowsIn(size)} at a time: more are passed to it one group after another, which is slower than a batch. ${WAY_OUT}`

const tooOld = (size: number, opset: number, needed: number): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `The ONNX file cannot be served: the graph takes exactly ${rowsIn(size)}, and its operator set ${opset} is too old to ask it in a loop (from ${needed} on).`,
    { hint: WAY_OUT },
  )
