import { RegiaError } from '@regia/core'
import type { StepDefinition } from '@regia/engine'
import type { GraphNode } from '../graph-node.ts'
import { isRef, type Source, sourceOf } from '../refs.ts'
import { useOf } from '../step.ts'
import { type Bindings, sourceOfBinding } from './bindings.ts'
import type { FlowNode, FlowParts } from './names.ts'
import { saveNode } from './save-node.ts'

type Placed = {
  readonly node: FlowNode
  readonly id: string
  readonly group: string | undefined
  /** Of the flows that it stands in. */
  readonly tags: readonly string[]
}

/**
 * Nodes by the names of their data as the graph's nodes, with those that save what the catalog has a place for.
 *
 * @param tags - Of the flow: all its nodes have them.
 */
export function nodesOfFlow(
  parts: FlowParts,
  bindings: Bindings,
  tags: readonly string[],
): { readonly nodes: readonly GraphNode[]; readonly steps: ReadonlyMap<string, StepDefinition> } {
  const placed = place(parts, { group: undefined, tags, taken: new Set() })
  const made = new Set(placed.flatMap(({ node }) => Object.values(node.names.out)))
  const nodes = placed.map((each) => graphNode(each, made, bindings))
  const steps = new Map<string, StepDefinition>()
  for (const { node } of placed) keepStep(steps, node)
  return { nodes: [...nodes, ...placed.flatMap((each) => saves(each, bindings))], steps }
}

/** Gives every node its id: its name, after the flow that it stands in, with `-2`, `-3` … where it is used again. */
function place(parts: FlowParts, around: Around): readonly Placed[] {
  const { group, tags, taken } = around
  return parts.flatMap((part) => {
    const id = freeId(group, 'nodes' in part ? part.pipelineName : part.name, taken)
    if (!('nodes' in part)) return [{ node: part, id, group, tags }]
    return place(part.nodes, { group: id, tags: [...tags, ...part.tags], taken })
  })
}

type Around = Pick<Placed, 'group' | 'tags'> & { readonly taken: Set<string> }

function freeId(group: string | undefined, name: string, taken: Set<string>): string {
  const base = group === undefined ? name : `${group}.${name}`
  let id = base
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`
  taken.add(id)
  return id
}

function graphNode(
  { node, id, group, tags }: Placed,
  made: ReadonlySet<string | undefined>,
  bindings: Bindings,
): GraphNode {
  const { shape, record } = useOf(node.step)
  const { ports: _, ...types } = shape
  const { definition: __, ...settings } = record
  const given = Object.entries(node.names.in).filter(([, each]) => each !== undefined)
  const source = (name: string) => sourceOfName(name, node, made, bindings)
  return {
    ...settings,
    ...types,
    id,
    name: record.name,
    ...(group !== undefined && { group }),
    tags: [...new Set([...tags, ...(record.tags ?? []), ...node.tags])],
    inputs: Object.fromEntries(given.map(([input, each]) => [input, sourceOfGiven(each, source)])),
    produces: producedBy(node, id, Object.keys(shape.outputs)),
    definedAt: node.definedAt,
  }
}

function sourceOfGiven(given: unknown, source: (name: string) => Source): Source {
  if (isRef(given)) return sourceOf(given)
  return Array.isArray(given)
    ? { from: 'list', items: given.map((name) => source(String(name))) }
    : source(String(given))
}

/** What a node makes hides what the catalog has under the name: nobody reads an old file where a new one is made. */
function sourceOfName(name: string, node: FlowNode, made: ReadonlySet<string | undefined>, bindings: Bindings): Source {
  if (made.has(name)) return { from: 'data', name }
  const binding = bindings.get(name)
  if (binding) return sourceOfBinding(name, binding)
  throw new RegiaError('STEP_INPUT_MISSING', `Node "${node.name}" takes "${name}", which no node makes.`, {
    hint: `The catalog has: ${[...bindings.keys()].join(', ') || 'nothing'}. Nodes make: ${[...made].join(', ') || 'nothing'}.`,
    ...(node.definedAt !== undefined && { where: node.definedAt }),
  })
}

/** Outputs that nobody named have a name that nobody else can have. */
function producedBy(node: FlowNode, id: string, outputs: readonly string[]): GraphNode['produces'] {
  const unknown = Object.keys(node.names.out).find((output) => !outputs.includes(output))
  if (unknown !== undefined) {
    throw new RegiaError('PIPELINE_INVALID', `Step "${id}" has no output "${unknown}".`, {
      hint: `Its outputs are: ${outputs.join(', ') || 'none'}.`,
      ...(node.definedAt !== undefined && { where: node.definedAt }),
    })
  }
  return Object.fromEntries(outputs.map((output) => [output, node.names.out[output] ?? `${id}/${output}`]))
}

/** What is saved stands beside the node that makes it, and runs where that is selected. */
function saves({ node, group, tags }: Placed, bindings: Bindings): readonly GraphNode[] {
  return Object.values(node.names.out).flatMap((name) => {
    const binding = name === undefined ? undefined : bindings.get(name)
    if (name === undefined || binding === undefined) return []
    if (binding.kind === 'param') throw madeParam(name, node)
    const save = saveNode(name, binding.entry, { from: 'data', name }, node.definedAt)
    const shared = { tags: [...new Set([...tags, ...node.tags])] }
    return [group === undefined ? { ...save, ...shared } : { ...save, ...shared, id: `${group}.${save.id}`, group }]
  })
}

function keepStep(steps: Map<string, StepDefinition>, { step, definedAt }: FlowNode): void {
  const { definition } = useOf(step).record
  if (!definition) return
  const known = steps.get(definition.stepName)
  if (known && known.execute !== definition.execute) {
    throw new RegiaError('PIPELINE_INVALID', `Two different steps are named "${definition.stepName}".`, {
      hint: 'Give each step a name of its own.',
      ...(definedAt !== undefined && { where: definedAt }),
    })
  }
  steps.set(definition.stepName, definition)
}

const madeParam = (name: string, { definedAt }: FlowNode) =>
  new RegiaError('PIPELINE_INVALID', `"${name}" is a parameter of the catalog, which no node makes.`, {
    hint: 'Give the output another name.',
    ...(definedAt !== undefined && { where: definedAt }),
  })
