import { DEFINITION, nameSchema, RegiaError } from '@regia/core'
import type { PipelineDefinition } from '@regia/engine'
import type { z } from 'zod'
import { compileGraph } from './compile-graph.ts'
import { compose } from './composition.ts'
import { jsonSchemaOf } from './ports.ts'
import { makeRef, type Ref } from './refs.ts'
import { callerLocation } from './source-location.ts'

type Params = { readonly [name: string]: z.ZodType }
type ParamRefs<P extends Params> = { readonly [Name in keyof P]: Ref<z.output<P[Name]>> }

/** A pipeline: data that says which steps there are and what they need of each other. */
export type Pipeline = PipelineDefinition

/**
 * Defines a pipeline: which steps there are and what flows between them.
 *
 * The function is called once, when the file is loaded. It describes the graph and runs nothing.
 *
 * @param name - What people see and `regia run NAME` takes.
 * @param params - Zod schemas of the settings of a run; one with a default may be left out.
 * @param describe - Calls steps, gates and registrations with refs. Synchronous; refs have no value yet.
 * @throws RegiaError `PIPELINE_CYCLE`, `STEP_INPUT_MISSING`, `STEP_OUTPUT_DUPLICATE` or `PIPELINE_INVALID`, with the line.
 * @example
 * export default pipeline('delays', { until: z.iso.date() }, (p) => {
 *   const { train: rows, test } = split({ flights: dataset('flights'), until: p.until })
 *   const trained = train({ rows })
 *   const { passed, report } = gate(delayChecks, { model: trained.model, test })
 *   when(passed, () => register('delays', trained.model, { report, alias: 'challenger' }))
 * })
 */
export function pipeline<const P extends Params>(
  name: string,
  params: P,
  describe: (params: ParamRefs<P>) => unknown,
  options: { readonly description?: string } = {},
): Pipeline {
  assertName(name, callerLocation(pipeline))
  const refs = Object.fromEntries(Object.keys(params).map((param) => [param, makeRef({ from: 'param', name: param })]))
  const { nodes, steps } = compose(() => describe(refs as ParamRefs<P>)) // one ref per declared param, by construction
  if (nodes.length === 0) throw empty(name, callerLocation(pipeline)())
  return {
    [DEFINITION]: 'pipeline',
    pipelineName: name,
    graph: {
      name,
      description: options.description ?? '',
      params: Object.fromEntries(Object.entries(params).map(([param, schema]) => [param, jsonSchemaOf(schema)])),
      steps: compileGraph(nodes),
    },
    steps,
  }
}

function assertName(name: string, location: () => string | undefined): void {
  if (nameSchema.safeParse(name).success) return
  const where = location()
  throw new RegiaError('PIPELINE_INVALID', `"${name}" cannot name a pipeline.`, {
    hint: 'Use letters, digits, ".", "_" and "-", beginning with a letter or digit.',
    ...(where !== undefined && { where }),
  })
}

const empty = (name: string, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `Pipeline "${name}" has no steps.`, {
    hint: 'Call at least one step inside its function.',
    ...(where !== undefined && { where }),
  })
