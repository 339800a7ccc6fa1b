import { digestOf, type PipelineGraph, type PipelineVersion, pipelineGraphSchema } from '@regia/core'
import { type DraftStep, type PipelineDefinition, readProgramFiles } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'

/** Pipelines of this process, where the module that stands for their code finds them. */
const HERE = Symbol.for('regia.testing')

type Registry = Map<string, PipelineDefinition>

/**
 * Deploys a pipeline as it is in this process: its steps run here, from the test's own modules, and are not bundled.
 * Its code is a module that hands out the definition.
 */
export async function deployHere(
  client: RegiaClient,
  pipeline: PipelineDefinition,
  projectDir: string,
): Promise<PipelineVersion> {
  const name = pipeline.pipelineName
  registry().set(name, pipeline)
  const code = `export default globalThis[Symbol.for('regia.testing')].get(${JSON.stringify(name)})\n`
  const { digest } = await client.blobs.write(new TextEncoder().encode(code))
  const graph = await graphOf(pipeline, client, projectDir)
  return client.pipelines.deploy(name, { graph, bundleDigest: digest, projectDir })
}

function registry(): Registry {
  const known: Registry = Reflect.get(globalThis, HERE) ?? new Map()
  Reflect.set(globalThis, HERE, known)
  return known
}

async function graphOf(pipeline: PipelineDefinition, client: RegiaClient, projectDir: string): Promise<PipelineGraph> {
  const steps = await Promise.all(
    pipeline.graph.steps.map(async (step) => ({ ...step, ...(await codeOf(pipeline, step, client, projectDir)) })),
  )
  return pipelineGraphSchema.parse({ ...pipeline.graph, steps })
}

async function codeOf(
  { steps }: PipelineDefinition,
  { kind, name, id, command, definedAt }: DraftStep,
  client: RegiaClient,
  projectDir: string,
) {
  if (!command) return { codeDigest: digestOf(`${kind} ${name} ${steps.get(name)?.execute ?? ''}`) }
  const { blobs, files, ...code } = await readProgramFiles(projectDir, command, definedAt ?? `step "${id}"`)
  for (const { read } of blobs) await client.blobs.write(await read())
  const { files: _, ...program } = command
  return { ...code, command: { ...program, ...(files !== undefined && { files }) } }
}
