import { type CheckSpec, type PortRef, type PortType, RegiaError, type StepKind } from '@regia/core'
import type { DraftStep } from '@regia/engine'
import { assertFits } from './port-compatibility.ts'
import type { Source } from './refs.ts'

/** A node of a pipeline as any front end hands it over: what it needs and makes, by the names of the data. */
export type GraphNode = {
  readonly id: string
  readonly name: string
  readonly kind: StepKind
  readonly inputs: { readonly [input: string]: Source }
  readonly inputTypes: { readonly [input: string]: PortType }
  /** Inputs that may stay without a source. */
  readonly optionalInputs: readonly string[]
  readonly outputs: { readonly [output: string]: PortType }
  /** The name of the data that each output makes; no two outputs may make the same. */
  readonly produces: { readonly [output: string]: string }
  readonly when?: Source
  readonly cache: boolean
  readonly retries: number
  readonly timeoutMs: number
  readonly cpu: number
  readonly memoryMb: number
  readonly checks?: readonly CheckSpec[]
  readonly register?: { readonly model: string; readonly alias: string }
  readonly definedAt: string | undefined
}

type Output = { readonly node: GraphNode; readonly output: string }
type Producers = ReadonlyMap<string, Output>

/**
 * Compiles nodes, in any order, into steps sorted by what they need of each other.
 *
 * @throws RegiaError `STEP_OUTPUT_DUPLICATE`, `STEP_INPUT_MISSING`, `PIPELINE_CYCLE` or `PIPELINE_INVALID`, each with the author's own line.
 */
export function compileGraph(nodes: readonly GraphNode[]): readonly DraftStep[] {
  const producers = findProducers(nodes)
  for (const node of nodes) assertWired(node, producers)
  return sortByNeed(nodes, producers).map((node) => draftStep(node, producers))
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

function assertWired(node: GraphNode, producers: Producers): void {
  for (const [input, type] of Object.entries(node.inputTypes)) {
    const source = node.inputs[input]
    if (source) assertSource(node, input, type, source, producers)
    else if (!node.optionalInputs.includes(input)) throw missingInput(node, input)
  }
  const unknown = Object.keys(node.inputs).find((input) => !(input in node.inputTypes))
  if (unknown !== undefined) throw unknownInput(node, unknown)
  for (const name of dataOf(node.when)) getProducer(node, 'when', name, producers)
}

function assertSource(node: GraphNode, input: string, type: PortType, source: Source, producers: Producers): void {
  if (source.from === 'list' || source.from === 'either') {
    for (const item of source.items) assertSource(node, input, type, item, producers)
    return
  }
  const given = source.from === 'data' ? outputType(getProducer(node, input, source.name, producers)) : source
  assertFits(node, input, type, given)
}

const outputType = ({ node, output }: Output): PortType => node.outputs[output]!

function getProducer(node: GraphNode, input: string, name: string, producers: Producers): Output {
  const producer = producers.get(name)
  if (producer) return producer
  throw problem(
    'STEP_INPUT_MISSING',
    node,
    `Input "${input}" of step "${node.id}" needs "${name}", which no step makes.`,
    {
      hint: `Made are: ${[...producers.keys()].join(', ') || 'nothing'}.`,
    },
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
  if (sorted.length < nodes.length)
    throw cycle(
      nodes.filter((node) => !sorted.includes(node)),
      needs,
    )
  return sorted
}

function neededBy(node: GraphNode, producers: Producers): ReadonlySet<GraphNode> {
  const names = [...Object.values(node.inputs), node.when].flatMap(dataOf)
  return new Set(names.map((name) => producers.get(name)!.node))
}

function dataOf(source: Source | undefined): readonly string[] {
  if (source?.from === 'list' || source?.from === 'either') return source.items.flatMap(dataOf)
  return source?.from === 'data' ? [source.name] : []
}

function draftStep(node: GraphNode, producers: Producers): DraftStep {
  const { produces: _, optionalInputs: __, definedAt, inputs, when, register, checks, ...rest } = node
  return {
    ...rest,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, source]) => [name, portRef(source, producers)])),
    ...(when && { when: [{ ref: portRef(when, producers), is: 'equal', value: true }] }),
    ...(register && { register }),
    ...(checks && { checks: [...checks] }),
    ...(definedAt !== undefined && { definedAt }),
  }
}

function portRef(source: Source, producers: Producers): PortRef {
  if (source.from === 'list' || source.from === 'either') {
    const items = source.items.map((item) => portRef(item, producers))
    return source.from === 'list' ? { from: 'list', items } : { from: 'either', items }
  }
  if (source.from !== 'data') return source
  const { node, output } = producers.get(source.name)!
  return { from: 'step', step: node.id, output }
}

function cycle(left: readonly GraphNode[], needs: ReadonlyMap<GraphNode, ReadonlySet<GraphNode>>): RegiaError {
  const path: GraphNode[] = []
  let node = left[0]!
  while (!path.includes(node)) {
    path.push(node)
    node = [...needs.get(node)!].find((needed) => left.includes(needed))!
  }
  const circle = [node, ...path.slice(path.indexOf(node)).reverse()]
  const names = circle.map(({ id }) => `"${id}"`).join(' → ')
  return problem('PIPELINE_CYCLE', node, `Steps wait for each other in a circle: ${names}.`, {
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

const unknownInput = (node: GraphNode, input: string) =>
  problem('PIPELINE_INVALID', node, `Step "${node.id}" has no input "${input}".`, {
    hint: `Its inputs are: ${Object.keys(node.inputTypes).join(', ') || 'none'}.`,
  })

function problem(
  code: 'PIPELINE_CYCLE' | 'STEP_OUTPUT_DUPLICATE' | 'STEP_INPUT_MISSING' | 'PIPELINE_INVALID',
  node: GraphNode,
  message: string,
  { hint, steps = [node.id] }: { readonly hint: string; readonly steps?: readonly string[] },
): RegiaError {
  return new RegiaError(code, message, { hint, data: { steps }, ...(node.definedAt && { where: node.definedAt }) })
}
