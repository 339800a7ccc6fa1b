import {
  type Digest,
  digestOf,
  type GraphStep,
  graphStepSchema,
  type PipelineGraph,
  type PortRef,
  pipelineGraphSchema,
} from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

const VALUE = { kind: 'value', schema: {} } as const

export const from = (step: string, output = 'out'): PortRef => ({ from: 'step', step, output })
export const param = (name: string): PortRef => ({ from: 'param', name })
export const value = (of: unknown): PortRef => ({ from: 'value', value: of })

type StepOptions = Partial<Omit<GraphStep, 'inputs'>> & {
  readonly inputs?: Readonly<Record<string, PortRef>>
  readonly code?: string
}

/** A step that takes and makes plain values; `code` stands for its code. */
export function step(id: string, { code = id, inputs = {}, ...rest }: StepOptions = {}): GraphStep {
  return graphStepSchema.parse({
    id,
    name: id.replace(/-\d+$/, ''),
    kind: 'code',
    inputs,
    inputTypes: Object.fromEntries(Object.keys(inputs).map((name) => [name, VALUE])),
    outputs: { out: VALUE },
    codeDigest: digestOf(code),
    ...rest,
  })
}

/** A condition: this boolean is true. */
export const isTrue = (ref: PortRef): GraphStep['when'] => [{ ref, is: 'equal', value: true }]

export const graph = (name: string, steps: readonly GraphStep[], params: PipelineGraph['params'] = {}): PipelineGraph =>
  pipelineGraphSchema.parse({ name, params, steps })

/** A graph whose steps each take what the one before made. */
export const chain = (name: string, length: number): PipelineGraph =>
  graph(
    name,
    Array.from({ length }, (_, i) => step(`s${i}`, i === 0 ? {} : { inputs: { x: from(`s${i - 1}`) } })),
  )

export async function deploy(
  client: RegiaClient,
  of: PipelineGraph,
  code = 'export {}',
  projectDir = '/project',
): Promise<Digest> {
  const { digest } = await client.blobs.write(new TextEncoder().encode(code))
  await client.pipelines.deploy(of.name, { graph: of, bundleDigest: digest, projectDir })
  return digest
}
