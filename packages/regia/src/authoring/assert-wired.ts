import { givenBy } from './given-by.ts'
import type { Compilation, GraphNode } from './graph-node.ts'
import { duplicateOutput, missingInput, problem, unknownInput } from './graph-problems.ts'
import { assertFits } from './port-compatibility.ts'

/** @throws RegiaError `STEP_INPUT_MISSING` or `PIPELINE_INVALID` where an input has no source, or one that does not fit. */
export function assertWired(node: GraphNode, compilation: Compilation): void {
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
export function assertSavedOnce(nodes: readonly GraphNode[]): void {
  const savers = new Map<string, GraphNode>()
  for (const node of nodes) {
    if (node.save === undefined || node.when) continue
    const first = savers.get(node.save)
    if (first) throw duplicateOutput(node.save, first, node)
    savers.set(node.save, node)
  }
}
