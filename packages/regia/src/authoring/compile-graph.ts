import type { PortRef } from '@regia/core'
import type { DraftStep } from '@regia/engine'
import { assertSavedOnce, assertWired } from './assert-wired.ts'
import { typesOfSources } from './given-by.ts'
import type { Compilation, GraphNode, Output, Producers } from './graph-node.ts'
import { duplicateOutput } from './graph-problems.ts'
import type { Source } from './refs.ts'
import { sortByNeed } from './sort-by-need.ts'
import type { Surroundings } from './surroundings.ts'

export type { GraphNode } from './graph-node.ts'

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
