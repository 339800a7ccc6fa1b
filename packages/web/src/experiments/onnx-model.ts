import type { OnnxGraph, OnnxModel, OnnxValueInfo } from '@regia/core'

export type OnnxPort = { readonly name: string; readonly type: string }
export type OnnxFacts = {
  readonly producer: string
  readonly opsets: string
  readonly nodeCount: number
  readonly parameterCount: number
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** How often each operator stands in the graph, the most frequent first. */
  readonly operators: readonly { readonly name: string; readonly count: number }[]
}

/** What a person asks of a model file first. */
export function onnxFacts(model: OnnxModel): OnnxFacts {
  const { graph } = model
  const constants = new Set(graph.initializers.map(({ name }) => name))
  const counts = new Map<string, number>()
  for (const { opType } of graph.nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1)
  return {
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || 'not named',
    opsets: Object.entries(model.opsets)
      .map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`)
      .join(', '),
    nodeCount: graph.nodes.length,
    parameterCount: graph.initializers.reduce((sum, { dims }) => sum + dims.reduce((size, dim) => size * dim, 1), 0),
    inputs: graph.inputs.filter(({ name }) => !constants.has(name)).map(portOf),
    outputs: graph.outputs.map(portOf),
    operators: [...counts].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count),
  }
}

const portOf = ({ name, type }: OnnxValueInfo): OnnxPort => ({
  name,
  type:
    type.kind === 'tensor'
      ? `${type.elementType}${type.shape ? ` [${type.shape.map((dim) => dim ?? '?').join(', ')}]` : ''}`
      : 'sequence or map',
})

export type OnnxEdge = { readonly source: string; readonly target: string }
export type OnnxBox = {
  readonly id: string
  readonly kind: 'input' | 'node' | 'output'
  readonly title: string
  readonly note: string
}

/** The graph as boxes and arrows: inputs, nodes, outputs; constants are not drawn. */
export function onnxBoxes(graph: OnnxGraph): {
  readonly boxes: readonly OnnxBox[]
  readonly edges: readonly OnnxEdge[]
} {
  const constants = new Set(graph.initializers.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name))
  const makers = new Map(inputs.map(({ name }) => [name, `in ${name}`]))
  graph.nodes.forEach((node, i) => {
    for (const output of node.outputs) if (output) makers.set(output, `node ${i}`)
  })
  const edges = new Map<string, OnnxEdge>()
  const connect = (value: string, target: string) => {
    const source = makers.get(value)
    if (source !== undefined) edges.set(`${source} ${target}`, { source, target })
  }
  graph.nodes.forEach((node, i) => {
    for (const input of node.inputs) connect(input, `node ${i}`)
  })
  for (const { name } of graph.outputs) connect(name, `out ${name}`)
  return {
    boxes: [
      ...inputs.map(({ name }): OnnxBox => ({ id: `in ${name}`, kind: 'input', title: name, note: 'input' })),
      ...graph.nodes.map(
        (node, i): OnnxBox => ({ id: `node ${i}`, kind: 'node', title: node.opType, note: node.name || node.domain }),
      ),
      ...graph.outputs.map(({ name }): OnnxBox => ({ id: `out ${name}`, kind: 'output', title: name, note: 'output' })),
    ],
    edges: [...edges.values()],
  }
}
