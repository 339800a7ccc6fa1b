import { type CatalogEntry, type PortRef, type PortType, RegiaError } from '@regia/core'
import type { DraftStep } from '@regia/engine'
import { assertFits, type Given, type GivenType, schemaAt, typeOfEntry } from './port-compatibility.ts'
import type { Source, SourceCondition } from './refs.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * A node of a pipeline as any front end hands it over: what it needs and makes, by the names of the data. All else is what the graph keeps of a step.
 */
export type GraphNode = Omit<DraftStep, 'inputs' | 'inputTypes' | 'outputs' | 'when' | 'definedAt'> & {
  readonly inputs: { readonly [input: string]: Source }
  /** Of each input; for a list the type of its items. */
  readonly inputTypes: { readonly [input: string]: PortType }
  /** Inputs that take a list. */
  readonly listInputs?: readonly string[]
  /** Inputs that may stay without a source. */
  readonly optionalInputs?: readonly string[]
  /** It also takes inputs that have no type, of whatever kind their source is: what a person is shown. */
  readonly takesAnything?: boolean
  readonly outputs: { readonly [output: string]: PortType }
  /** The name of the data that each output makes; no two outputs may make the same. */
  readonly produces: { readonly [output: string]: string }
  /** All must hold. */
  readonly when?: readonly SourceCondition[]
  /** The entry that `save` names. */
  readonly entry?: CatalogEntry
  readonly definedAt: string | undefined
}

type Output = { readonly node: GraphNode; readonly output: string }
type Producers = ReadonlyMap<string, Output>
type Compilation = Surroundings & { readonly producers: Producers }

/**
 * Compiles nodes, in any order, into steps sorted by what they need of each other. Time grows with nodes and wires, not with their square.
 *
 * @throws RegiaError `STEP_OUTPUT_DUPLICATE`, `STEP_INPUT_MISSING`, `PIPELINE_CYCLE` or `PIPELINE_INVALID`, each with the author's own line.
 */
export function compileGraph(nodes: readonly GraphNode[], surroundings: Surroundings = {}): readonly DraftStep[] {
  const compilation = { ...surroundings, producers: findProducers(nodes) }
  for (const node of nodes) assertWired(node, compilation)
  assertSavedOnce(nodes)
  return sortByNeed(nodes, compilation.producers).map((node) => draftStep(node, compilation))
}

function findProducers(nodes: readonly GraphNode[]): Producers {
  const producers = new Map<string, Output>()
  for (const node of nodes) {
    for (const [output, name] of Object.entries(node.produces)) {
      const first = producers.get(name)
      if (first) throw duplicateOutput(name, first.node, node)
      producers.set(name, { node, output })
    }
  }
  return producers
}

function assertWired(node: GraphNode, compilation: Compilation): void {
  for (const [input, type] of Object.entries(node.inputTypes)) {
    const source = node.inputs[input]
    if (source) assertFits({ node, input, type }, givenBy(source, node, input, compilation))
    else if (!node.optionalInputs?.includes(input)) throw missingInput(node, input)
  }
  if (node.map) assertMappable(node, node.map.input)
  const untyped = Object.keys(node.inputs).filter((input) => !(input in node.inputTypes))
  for (const input of untyped) {
    if (!node.takesAnything) throw unknownInput(node, input)
    givenBy(node.inputs[input]!, node, input, compilation)
  }
  for (const { ref } of node.when ?? []) givenBy(ref, node, 'when', compilation)
}

function assertMappable(node: GraphNode, input: string): void {
  if (!(input in node.inputTypes)) throw unknownInput(node, input)
  if (!node.inputs[input]) throw missingInput(node, input)
  if (!node.listInputs?.includes(input)) return
  throw problem(
    'PIPELINE_INVALID',
    node,
    `Step "${node.id}" cannot be mapped over "${input}": it takes a whole list.`,
    {
      hint: 'Map over an input that takes one element, or call the step without map.',
    },
  )
}

/** Two steps may save under one name only where not both always run: what the name holds would be a matter of luck. */
function assertSavedOnce(nodes: readonly GraphNode[]): void {
  const savers = new Map<string, GraphNode>()
  for (const node of nodes) {
    if (node.save === undefined || node.when) continue
    const first = savers.get(node.save)
    if (first) throw duplicateOutput(node.save, first, node)
    savers.set(node.save, node)
  }
}

/** What a source brings, with what is known of it now. */
function givenBy(source: Source, node: GraphNode, input: string, compilation: Compilation): Given {
  switch (source.from) {
    case 'list':
    case 'either':
      return { from: source.from, items: source.items.map((item) => givenBy(item, node, input, compilation)) }
    case 'data': {
      const { node: producer, output } = getProducer(node, input, source.name, compilation.producers)
      const type = {
        from: 'type',
        type: producer.outputs[output]!,
        isList: producer.map !== undefined,
        of: producer.id,
      } as const
      return givenField(type, source.path, node, input)
    }
    case 'param':
      return givenField(givenByParam(source, node, input, compilation), source.path, node, input)
    case 'catalog': {
      const entry = source.entry ?? compilation.catalog?.[source.name]
      if (!entry) throw missingName(node, input, source.name, 'the catalog has', Object.keys(compilation.catalog ?? {}))
      const type = { from: 'type', type: typeOfEntry(entry), isList: false, of: source.name } as const
      return givenField(type, source.path, node, input)
    }
    case 'dataset':
      return { from: 'type', type: { kind: 'table' }, isList: false, of: source.name }
    case 'value':
      return { from: 'value', value: source.value }
    case 'model':
    case 'artifact':
      return { from: 'type', type: { kind: source.from === 'model' ? 'model' : source.kind }, isList: false, of: '' }
  }
}

function givenByParam(
  { name, declared }: Extract<Source, { readonly from: 'param' }>,
  node: GraphNode,
  input: string,
  { params }: Compilation,
): GivenType {
  const param = declared ?? params?.[name]
  if (params && !param) throw missingName(node, input, name, 'parameters are', Object.keys(params))
  return { from: 'type', type: { kind: 'value', schema: param?.schema ?? {} }, isList: false, of: name }
}

/** What a field of a value is, as far as its schema says. */
function givenField(given: GivenType, path: readonly string[] | undefined, node: GraphNode, input: string): GivenType {
  if (!path) return given
  const { type, isList, of } = given
  if (type.kind !== 'value' || isList) throw noField(node, input, path, isList ? `list that "${of}" makes` : type.kind)
  const schema = schemaAt(type.schema, path)
  if (!schema) throw noField(node, input, path, `value of "${of}"`)
  return { ...given, type: { kind: 'value', schema } }
}

function getProducer(node: GraphNode, input: string, name: string, producers: Producers): Output {
  const producer = producers.get(name)
  if (producer) return producer
  throw problem(
    'STEP_INPUT_MISSING',
    node,
    `Input "${input}" of step "${node.id}" needs "${name}", which no step makes.`,
    { hint: `Made are: ${shortList([...producers.keys()])}.` },
  )
}

/** Kahn's algorithm; among the nodes that are ready the author's order is kept. */
function sortByNeed(nodes: readonly GraphNode[], producers: Producers): readonly GraphNode[] {
  const needs = new Map(nodes.map((node) => [node, neededBy(node, producers)]))
  const followers = new Map<GraphNode, GraphNode[]>(nodes.map((node) => [node, []]))
  for (const [node, needed] of needs) for (const before of needed) followers.get(before)?.push(node)
  const open = new Map([...needs].map(([node, needed]) => [node, needed.size]))
  const sorted = nodes.filter((node) => open.get(node) === 0)
  for (let next = 0; next < sorted.length; next++) {
    for (const follower of followers.get(sorted[next]!)!) {
      const left = open.get(follower)! - 1
      open.set(follower, left)
      if (left === 0) sorted.push(follower)
    }
  }
  if (sorted.length < nodes.length) throw cycle(without(nodes, sorted), needs)
  return sorted
}

function without(nodes: readonly GraphNode[], sorted: readonly GraphNode[]): ReadonlySet<GraphNode> {
  const left = new Set(nodes)
  for (const node of sorted) left.delete(node)
  return left
}

function neededBy(node: GraphNode, producers: Producers): ReadonlySet<GraphNode> {
  const sources = [...Object.values(node.inputs), ...(node.when ?? []).map(({ ref }) => ref)]
  return new Set(sources.flatMap(dataOf).map((name) => producers.get(name)!.node))
}

function dataOf(source: Source): readonly string[] {
  if (source.from === 'list' || source.from === 'either') return source.items.flatMap(dataOf)
  return source.from === 'data' ? [source.name] : []
}

function draftStep(node: GraphNode, compilation: Compilation): DraftStep {
  const { takesAnything, definedAt, inputs, when } = node
  const { producers } = compilation
  return {
    ...settingsOf(node),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, source]) => [name, portRef(source, producers)])),
    inputTypes: takesAnything ? { ...typesOfSources(node, compilation), ...node.inputTypes } : { ...node.inputTypes },
    outputs: { ...node.outputs },
    ...(when && { when: when.map((each) => ({ ...each, ref: portRef(each.ref, producers) })) }),
    ...(definedAt !== undefined && { definedAt }),
  }
}

/** What the graph keeps of a node as it is. */
function settingsOf(node: GraphNode) {
  const { produces: _, optionalInputs: _o, listInputs: _l, takesAnything: _t, entry: _e, ...rest } = node
  const { definedAt: _d, when: _w, ...settings } = rest
  return settings
}

/** The types of inputs that take anything: those of what comes. */
function typesOfSources(node: GraphNode, compilation: Compilation): Record<string, PortType> {
  const typeOf = (given: Given): PortType => {
    if (given.from === 'type') return given.type
    return given.from === 'value' || !given.items[0] ? { kind: 'value', schema: {} } : typeOf(given.items[0])
  }
  const types = Object.entries(node.inputs).map(([input, source]) => [
    input,
    typeOf(givenBy(source, node, input, compilation)),
  ])
  return Object.fromEntries(types)
}

function portRef(source: Source, producers: Producers): PortRef {
  if (source.from === 'list' || source.from === 'either') {
    const items = source.items.map((item) => portRef(item, producers))
    return source.from === 'list' ? { from: 'list', items } : { from: 'either', items }
  }
  if (source.from === 'param' || source.from === 'catalog') {
    return { from: source.from, name: source.name, ...(source.path && { path: source.path }) }
  }
  if (source.from !== 'data') return source
  const { node, output } = producers.get(source.name)!
  return { from: 'step', step: node.id, output, ...(source.path && { path: source.path }) }
}

function cycle(left: ReadonlySet<GraphNode>, needs: ReadonlyMap<GraphNode, ReadonlySet<GraphNode>>): RegiaError {
  const path = new Map<GraphNode, number>()
  let node = [...left][0]!
  while (!path.has(node)) {
    path.set(node, path.size)
    node = [...needs.get(node)!].find((needed) => left.has(needed))!
  }
  const circle = [node, ...[...path.keys()].slice(path.get(node)).reverse()]
  const names = circle.map(({ id }) => `"${id}"`)
  const text = names.length > 12 ? [...names.slice(0, 10), '…', names.at(-1)].join(' → ') : names.join(' → ')
  return problem('PIPELINE_CYCLE', node, `Steps wait for each other in a circle: ${text}.`, {
    hint: 'Let one of them do without the output of the next one, or split it into two steps.',
    steps: circle.map(({ id }) => id),
  })
}

const duplicateOutput = (name: string, first: GraphNode, second: GraphNode) =>
  problem('STEP_OUTPUT_DUPLICATE', second, `"${name}" is made by both "${first.id}" and "${second.id}".`, {
    hint: `Rename one of the two outputs. The first stands at ${first.definedAt ?? 'an unknown place'}.`,
    steps: [first.id, second.id],
  })

const missingInput = (node: GraphNode, input: string) =>
  problem('STEP_INPUT_MISSING', node, `Step "${node.id}" needs input "${input}", which nothing is wired to.`, {
    hint: `Wire a ref or a value: ${node.name}({ ${input}: … }).`,
  })

const missingName = (node: GraphNode, input: string, name: string, there: string, names: readonly string[]) =>
  problem('STEP_INPUT_MISSING', node, `Input "${input}" of step "${node.id}" needs "${name}", which is not there.`, {
    hint: `What ${there}: ${shortList(names)}.`,
  })

const noField = (node: GraphNode, input: string, path: readonly string[], what: string) =>
  problem(
    'PIPELINE_INVALID',
    node,
    `Input "${input}" of step "${node.id}" takes field "${path.join('.')}", which the ${what} does not have.`,
    {
      hint: 'Take a field of the schema, or give the whole value to the step.',
    },
  )

const unknownInput = (node: GraphNode, input: string) =>
  problem('PIPELINE_INVALID', node, `Step "${node.id}" has no input "${input}".`, {
    hint: `Its inputs are: ${Object.keys(node.inputTypes).join(', ') || 'none'}.`,
  })

const shortList = (names: readonly string[]) =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ') || 'nothing'

function problem(
  code: 'PIPELINE_CYCLE' | 'STEP_OUTPUT_DUPLICATE' | 'STEP_INPUT_MISSING' | 'PIPELINE_INVALID',
  node: GraphNode,
  message: string,
  { hint, steps = [node.id] }: { readonly hint: string; readonly steps?: readonly string[] },
): RegiaError {
  return new RegiaError(code, message, { hint, data: { steps }, ...(node.definedAt && { where: node.definedAt }) })
}
