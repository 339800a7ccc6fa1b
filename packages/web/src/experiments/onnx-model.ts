import type { OnnxOutline } from './onnx-outline.ts'

/** How often each operator stands in a model, the most frequent first. */
export function operatorCounts({ operators }: OnnxOutline) {
  const counts = new Map<string, number>()
  for (const { opType } of operators) counts.set(opType, (counts.get(opType) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count)
}

export const opsetText = ({ opsets }: OnnxOutline): string =>
  opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ')

export const constantCount = ({ constants }: OnnxOutline): number => constants.reduce((sum, { size }) => sum + size, 0)

export type OnnxEdge = { readonly source: string; readonly target: string }
export type OnnxBox = {
  readonly id: string
  readonly kind: 'input' | 'node' | 'output'
  readonly title: string
  readonly note: string
}

/** The model as boxes and arrows: inputs, operators, outputs; constants are not drawn. */
export function onnxBoxes({ operators, inputs, outputs }: OnnxOutline): {
  readonly boxes: readonly OnnxBox[]
  readonly edges: readonly OnnxEdge[]
} {
  const makers = new Map(inputs.map(({ name }) => [name, `in ${name}`]))
  operators.forEach((node, i) => {
    for (const output of node.outputs) if (output) makers.set(output, `node ${i}`)
  })
  const edges = new Map<string, OnnxEdge>()
  const connect = (value: string, target: string) => {
    const source = makers.get(value)
    if (source !== undefined) edges.set(`${source} ${target}`, { source, target })
  }
  operators.forEach((node, i) => {
    for (const input of node.inputs) connect(input, `node ${i}`)
  })
  for (const { name } of outputs) connect(name, `out ${name}`)
  return {
    boxes: [
      ...inputs.map(({ name, type }): OnnxBox => ({ id: `in ${name}`, kind: 'input', title: name, note: type })),
      ...operators.map(
        ({ opType, name, domain }, i): OnnxBox => ({
          id: `node ${i}`,
          kind: 'node',
          title: opType,
          note: name || domain,
        }),
      ),
      ...outputs.map(({ name, type }): OnnxBox => ({ id: `out ${name}`, kind: 'output', title: name, note: type })),
    ],
    edges: [...edges.values()],
  }
}
