import { type GraphStep, type PipelineGraph, refText } from '@regia/core'
import { findPipeline } from '../../project/deploy.ts'
import { findProject } from '../../project/find-project.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { conditionText, mermaidOf } from './mermaid.ts'
import { oneOf } from './one-of.ts'

type GraphInput = { readonly pipeline: string; readonly format: string; readonly version: number | undefined }

const FORMATS = ['mermaid', 'json', 'text'] as const

export const graph: Action<GraphInput> = async (input, context) => {
  const format = oneOf('--format', FORMATS, input.format)
  const found = await findGraph(input, context)
  const show = {
    mermaid: mermaidOf,
    json: (each: PipelineGraph) => JSON.stringify(each, undefined, 2),
    text: textOf(context.output),
  }
  context.output.result(found, () => show[format](found))
}

/** The files here need no server; a version that was deployed before does. */
async function findGraph({ pipeline, version }: GraphInput, context: Context): Promise<PipelineGraph> {
  if (version !== undefined) return (await (await context.connect()).client.pipelines.version(pipeline, version)).graph
  const project = await findProject(context.workingDir, context.environment.name)
  return (await context.output.waiting('Reading the project', findPipeline(project, pipeline))).graph
}

const textOf = (output: Output) => (found: PipelineGraph) =>
  output.table(found.steps, [
    { title: 'step', value: ({ id }) => id },
    { title: 'kind', value: kindText },
    { title: 'needs', value: ({ inputs }) => Object.values(inputs).map(refText).join(', '), shrinks: true },
    { title: 'makes', value: ({ outputs }) => Object.keys(outputs).join(', '), shrinks: true },
    { title: 'when', value: ({ when }) => when.map(conditionText).join(' and '), shrinks: true },
  ])

const kindText = ({ kind, map }: GraphStep): string => (map ? `${kind} × ${map.input}` : kind)
