import { digestOf, type GraphStep, graphStepSchema, type PipelineGraph } from '@regia/core'

/**
 * A graph of any size for tests: layers of `width` steps, each fed by two of the layer before; every ten layers a sub-pipeline.
 *
 * @param isGrouped - Whether the steps stand in sub-pipelines.
 */
export function generatedGraph(stepCount: number, { width = 20, isGrouped = false } = {}): PipelineGraph {
  const codeDigest = digestOf('generated')
  const settings = graphStepSchema.parse({
    id: 'x',
    name: 'x',
    kind: 'code',
    inputs: {},
    inputTypes: {},
    outputs: {},
    codeDigest,
  })
  const idOf = (i: number) => `${isGrouped ? `${groupOf(i, width)}.` : ''}step-${i}`
  const steps = Array.from({ length: stepCount }, (_, i): GraphStep => {
    const before = Math.floor(i / width) * width - width
    const sources = before < 0 ? [] : [before + (i % width), before + ((i + 1) % width)]
    const inputs = sources.map(
      (source, port) => [`in${port}`, { from: 'step', step: idOf(source), output: 'out' }] as const,
    )
    return {
      ...settings,
      id: idOf(i),
      name: `step-${i}`,
      inputs: Object.fromEntries(inputs),
      inputTypes: Object.fromEntries(inputs.map(([port]) => [port, { kind: 'table' }])),
      outputs: { out: { kind: 'table' } },
      ...(isGrouped && { group: groupOf(i, width) }),
      tags: i % 10 === 0 ? ['tenth'] : [],
    }
  })
  return { name: 'generated', description: 'made by a test', params: {}, steps, onFailure: 'continue', catalog: {} }
}

const groupOf = (i: number, width: number) => `part-${Math.floor(i / (width * 10))}`
