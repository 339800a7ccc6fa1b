import { DEFINITION, type FailurePolicy, failurePolicySchema, nameSchema, RegiaError } from '@regia/core'
import type { PipelineDefinition } from '@regia/engine'
import { z } from 'zod'
import { compileGraph } from './compile-graph.ts'
import { type Composed, compose, recordGroup } from './composition.ts'
import { jsonSchemaOf } from './ports.ts'
import { isRef, makeRef, type Ref } from './refs.ts'
import { callerLocation } from './source-location.ts'
import { surroundingsOf } from './surroundings.ts'
import type { Wires } from './wires.ts'

type Params = { readonly [name: string]: z.ZodType }
type ParamRefs<P extends Params> = { readonly [Name in keyof P]: Ref<z.output<P[Name]>> }

/** A pipeline: data that says which steps there are and what they need of each other. Called inside another one, it becomes a group of its steps. */
export type Pipeline<P extends Params = Params, Result = unknown> = PipelineDefinition & ((params: Wires<P>) => Result)

/** A pipeline, whatever its parameters are. */
export type AnyPipeline = PipelineDefinition

/** What the server calls a pipeline that an author gave, by its name or itself. */
export const nameOfPipeline = (given: string | AnyPipeline): string =>
  typeof given === 'string' ? given : given.pipelineName

export type PipelineOptions = {
  readonly description?: string
  /** Of all its steps, beside their own. */
  readonly tags?: readonly string[]
  /** What happens to the rest when a step fails: `stop`, `continue` (default) what does not depend on it, or `cancel` what runs too. */
  readonly onFailure?: FailurePolicy | undefined
}

const optionsSchema = z.strictObject({
  description: z.string().max(2_000).default(''),
  tags: z.array(nameSchema).max(50).default([]),
  onFailure: failurePolicySchema.optional(),
})

/**
 * Defines a pipeline: which steps there are and what flows between them.
 *
 * The function is called once, when the file is loaded. It describes the graph and runs nothing. A pipeline may be called inside another one: its steps
 * stand there in a group of its name, and the refs that its function returns are what the other one goes on with.
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
 * @example
 * const prepare = pipeline('prepare', { url: z.url() }, (p) => clean({ raw: download({ url: p.url }).raw }))
 * export default pipeline('late', { url: z.url() }, (p) => train({ rows: prepare({ url: p.url }).rows }))
 */
export function pipeline<const P extends Params, Result = unknown>(
  name: string,
  params: P,
  describe: (params: ParamRefs<P>) => Result,
  options: PipelineOptions = {},
): Pipeline<P, Result> {
  const locate = callerLocation(pipeline)
  const settings = readOptions(name, options, locate)
  const refs = Object.fromEntries(Object.keys(params).map((param) => [param, makeRef({ from: 'param', name: param })]))
  const composed = compose(() => describe(refs as ParamRefs<P>), settings.tags) // one ref per declared param
  const use = (wires: Wires<P>): Result =>
    recordGroup(name, settings.tags, () => describe(wiredParams(name, params, wires, callerLocation(use))))
  return Object.assign(use, assemblePipeline(name, params, composed, settings, locate))
}

/**
 * A pipeline of nodes, as any front end composed them.
 *
 * @param composed - The nodes, and the steps by name whose code they run.
 * @throws RegiaError as {@link pipeline}.
 */
export function assemblePipeline(
  name: string,
  params: Params,
  { nodes, steps }: Pick<Composed, 'nodes' | 'steps'>,
  options: PipelineOptions = {},
  locate: () => string | undefined = () => undefined,
): PipelineDefinition {
  const { description, onFailure } = readOptions(name, options, locate)
  if (nodes.length === 0) throw empty(name, locate())
  const declared = Object.fromEntries(Object.entries(params).map(([param, schema]) => [param, jsonSchemaOf(schema)]))
  const surroundings = surroundingsOf(nodes, declared)
  const graph = {
    name,
    description,
    ...surroundings,
    steps: compileGraph(nodes, surroundings),
    ...(onFailure && { onFailure }),
  }
  return { [DEFINITION]: 'pipeline', pipelineName: name, graph, steps }
}

/** The parameters of a pipeline that stands in another one: what was wired, literals and defaults as refs too. */
function wiredParams<P extends Params>(
  name: string,
  params: P,
  wires: { readonly [param: string]: unknown },
  locate: () => string | undefined,
): ParamRefs<P> {
  const unknown = Object.keys(wires).find((param) => !(param in params))
  if (unknown !== undefined) throw wrongParam(`Pipeline "${name}" has no parameter "${unknown}".`, params, locate())
  const refs = Object.entries(params).map(([param, schema]) => {
    const wire = wires[param]
    if (isRef(wire)) return [param, wire]
    const parsed = schema.safeParse(wire)
    // As it was given: who takes it parses it again, and a parsed value may be no JSON.
    if (parsed.success) return [param, makeRef({ from: 'value', value: wire === undefined ? parsed.data : wire })]
    const message = parsed.error.issues[0]?.message
    throw wrongParam(`Parameter "${param}" of pipeline "${name}" is wrong: ${message}.`, params, locate())
  })
  return Object.fromEntries(refs) as ParamRefs<P> // one ref per declared param, by construction
}

function readOptions(name: string, options: PipelineOptions, locate: () => string | undefined) {
  if (!nameSchema.safeParse(name).success) {
    throw invalid(`"${name}" cannot name a pipeline.`, {
      hint: 'Use letters, digits, ".", "_" and "-", beginning with a letter or digit.',
      where: locate(),
    })
  }
  const parsed = optionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`Option ${issue?.path.join('.') || 'names'} of pipeline "${name}" is wrong: ${issue?.message}.`, {
    hint: "Such as { description: 'Trains the model', tags: ['nightly'], onFailure: 'stop' }.",
    where: locate(),
  })
}

const wrongParam = (message: string, params: Params, where: string | undefined) =>
  invalid(message, { hint: `Its parameters are: ${Object.keys(params).join(', ') || 'none'}.`, where })

const empty = (name: string, where: string | undefined) =>
  invalid(`Pipeline "${name}" has no steps.`, { hint: 'Call at least one step inside its function.', where })

const invalid = (message: string, { hint, where }: { readonly hint: string; readonly where: string | undefined }) =>
  new RegiaError('PIPELINE_INVALID', message, { hint, ...(where !== undefined && { where }) })
