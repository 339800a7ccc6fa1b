import { RegiaError } from '@regia/core'
import type { GraphNode } from './graph-node.ts'

export const duplicateOutput = (name: string, first: GraphNode, second: GraphNode) =>
  problem('STEP_OUTPUT_DUPLICATE', second, `"${name}" is made by both "${first.id}" and "${second.id}".`, {
    hint: `Rename one of the two outputs. The first stands at ${first.definedAt ?? 'an unknown place'}.`,
    steps: [first.id, second.id],
  })

export const missingInput = (node: GraphNode, input: string) =>
  problem('STEP_INPUT_MISSING', node, `Step "${node.id}" needs input "${input}", which nothing is wired to.`, {
    hint: `Wire a ref or a value: ${node.name}({ ${input}: … }).`,
  })

export const missingName = (node: GraphNode, input: string, name: string, there: string, names: readonly string[]) =>
  problem('STEP_INPUT_MISSING', node, `Input "${input}" of step "${node.id}" needs "${name}", which is not there.`, {
    hint: `What ${there}: ${shortList(names)}.`,
  })

export const noField = (node: GraphNode, input: string, path: readonly string[], what: string) =>
  problem(
    'PIPELINE_INVALID',
    node,
    `Input "${input}" of step "${node.id}" takes field "${path.join('.')}", which the ${what} does not have.`,
    {
      hint: 'Take a field of the schema, or give the whole value to the step.',
    },
  )

export const unknownInput = (node: GraphNode, input: string) =>
  problem('PIPELINE_INVALID', node, `Step "${node.id}" has no input "${input}".`, {
    hint: `Its inputs are: ${Object.keys(node.inputTypes).join(', ') || 'none'}.`,
  })

export const shortList = (names: readonly string[]) =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ') || 'nothing'

/** A mistake in a graph, with the line of the node that it is about. */
export function problem(
  code: 'PIPELINE_CYCLE' | 'STEP_OUTPUT_DUPLICATE' | 'STEP_INPUT_MISSING' | 'PIPELINE_INVALID',
  node: GraphNode,
  message: string,
  { hint, steps = [node.id] }: { readonly hint: string; readonly steps?: readonly string[] },
): RegiaError {
  return new RegiaError(code, message, { hint, data: { steps }, ...(node.definedAt && { where: node.definedAt }) })
}
