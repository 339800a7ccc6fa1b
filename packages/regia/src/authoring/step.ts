import { DEFINITION, durationMs, durationSchema, nameSchema, RegiaError } from '@regia/core'
import type { StepContext, StepDefinition } from '@regia/engine'
import { z } from 'zod'
import { recordNode } from './composition.ts'
import {
  definePort,
  type PortLike,
  type Ports,
  portTypeOf,
  type RunInput,
  type RunOutput,
  type TestOutput,
  type ValuePort,
} from './ports.ts'
import { makeRef, type OutputRef, sourceOfWire, type Wire } from './refs.ts'
import { runHere, type TestContext, type TestInput } from './run-here.ts'
import { callerLocation } from './source-location.ts'

type RunInputs<In extends Ports> = { readonly [Name in keyof In]: RunInput<In[Name]> }
type RunOutputs<Out extends Ports> = { readonly [Name in keyof Out]: RunOutput<Out[Name]> }
/** What a function without a return statement gives. */
type Nothing = ReturnType<() => void>
/** A step without outputs need not return anything. */
type Returned<Out extends Ports> = RunOutputs<Out> | ([keyof Out] extends [never] ? Nothing : never)
type OutputRefs<Out extends Ports> = { readonly [Name in keyof Out]: OutputRef<Out[Name]> }

type SchemaOf<P> = P extends ValuePort<infer Schema> ? Schema : P extends z.ZodType ? P : never
type HasDefault<P> = [SchemaOf<P>] extends [never] ? false : undefined extends z.input<SchemaOf<P>> ? true : false
type OptionalNames<In extends Ports> = {
  [Name in keyof In]: HasDefault<In[Name]> extends true ? Name : never
}[keyof In]
type Wires<In extends Ports> = { readonly [Name in Exclude<keyof In, OptionalNames<In>>]: Wire<In[Name]> } & {
  readonly [Name in OptionalNames<In>]?: Wire<In[Name]>
}

export type StepSpec<In extends Ports, Out extends Ports> = {
  /** Unique within the project's entry file; what people see. */
  readonly name: string
  readonly in: In
  readonly out: Out
  /** The work. It gets its inputs and a context, and returns one entry per output. */
  readonly run: (inputs: RunInputs<In>, context: StepContext) => Returned<Out> | Promise<Returned<Out>>
  /** Take the outputs of an earlier run with the same code and inputs. Default true; false for what has side effects. */
  readonly cache?: boolean
  /** Attempts after the first one. Default 0. */
  readonly retries?: number
  /** Such as `'30m'`. Default 1 hour. */
  readonly timeout?: string
  /** `cpu` in cores (default 1), `memoryMb` for the JavaScript heap (default 512). */
  readonly resources?: { readonly cpu?: number; readonly memoryMb?: number }
}

/** A step: call it inside a pipeline to add it to the graph, or call its `run` to try it. */
export type Step<In extends Ports, Out extends Ports> = StepDefinition & {
  (wires: Wires<In>): OutputRefs<Out>
  /** Runs the step here and now, without graph, cache or server: for tests. Tables may be given as tables in memory. */
  readonly run: (
    inputs: { readonly [Name in keyof In]: TestInput<RunInput<In[Name]>> },
    context?: TestContext,
  ) => Promise<{ readonly [Name in keyof Out]: TestOutput<Out[Name]> }>
}

/**
 * Defines a step: a function with declared inputs and outputs.
 *
 * Order is never declared: a step runs when what it needs is there, in parallel with others, in a process of its own. An unchanged step
 * with unchanged inputs is not run again.
 *
 * @returns A function to call inside {@link pipeline}, whose result holds a ref for each output.
 * @throws RegiaError `PIPELINE_INVALID` when it is called outside a pipeline, `STEP_INPUT_MISSING` when an input is not wired.
 * @example
 * export const split = step({
 *   name: 'split',
 *   in: { flights: table(), until: z.iso.date() },
 *   out: { train: table(), test: table() },
 *   run: async ({ flights, until }, { sql }) => ({
 *     train: await sql(`SELECT * FROM flights WHERE date < '${until}'`, { tables: { flights } }),
 *     test: await sql(`SELECT * FROM flights WHERE date >= '${until}'`, { tables: { flights } }),
 *   }),
 * })
 */
export function step<const In extends Ports, const Out extends Ports>(spec: StepSpec<In, Out>): Step<In, Out> {
  const definedAt = callerLocation(step)
  const settings = readSettings(spec, definedAt)
  for (const [name, port] of Object.entries(spec.out)) refuseListOutput(spec.name, name, port)
  const define = (ports: Ports) =>
    Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, definePort(port)]))
  const definition: StepDefinition = {
    [DEFINITION]: 'step',
    stepName: spec.name,
    inputs: define(spec.in),
    outputs: define(spec.out),
    execute: (inputs, context) => spec.run(inputs as RunInputs<In>, context), // parsed by the ports above
  }
  const wire = (wires: Wires<In>) => {
    const id = recordNode({
      kind: 'code',
      inputs: sourcesOf(spec.in, wires),
      inputTypes: typesOf(spec.in),
      optionalInputs: Object.keys(spec.in).filter((name) => isOptional(spec.in[name]!)),
      outputs: typesOf(spec.out),
      ...settings,
      definedAt: callerLocation(wire)() ?? definedAt(),
      definition,
    })
    const refs = Object.keys(spec.out).map((output) => [output, makeRef({ from: 'data', name: `${id}.${output}` })])
    return Object.fromEntries(refs) as OutputRefs<Out> // one ref per declared output, by construction
  }
  return Object.assign(wire, definition, {
    run: (inputs: { readonly [name: string]: unknown }, context?: TestContext) =>
      runHere(definition, inputs, context) as ReturnType<Step<In, Out>['run']>, // one entry per declared output
  })
}

const settingsSchema = z.object({
  name: nameSchema,
  cache: z.boolean().default(true),
  retries: z.number().int().min(0).max(20).default(0),
  timeout: durationSchema.default('1h'),
  resources: z
    .strictObject({ cpu: z.number().positive().default(1), memoryMb: z.number().min(64).default(512) })
    .prefault({}),
})

/** @throws RegiaError `PIPELINE_INVALID` naming the setting and the line. */
function readSettings(spec: unknown, definedAt: () => string | undefined) {
  const parsed = settingsSchema.safeParse(spec)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = definedAt()
    throw new RegiaError('PIPELINE_INVALID', `A step's ${issue?.path.join('.')} is wrong: ${issue?.message}.`, {
      hint: "Such as { name: 'train', retries: 2, timeout: '30m', resources: { cpu: 2, memoryMb: 2000 } }.",
      ...(where !== undefined && { where }),
    })
  }
  const { name, cache, retries, timeout, resources } = parsed.data
  return { name, cache, retries, timeoutMs: durationMs(timeout), ...resources }
}

function sourcesOf(ports: Ports, wires: { readonly [name: string]: unknown }) {
  const wired = Object.entries(wires).filter(([, wire]) => wire !== undefined)
  return Object.fromEntries(
    wired.map(([name, wire]) => {
      const port = ports[name]
      return [name, sourceOfWire(wire, port !== undefined && 'port' in port && port.port === 'list')]
    }),
  )
}

const typesOf = (ports: Ports) =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, portTypeOf(port)]))

function isOptional(port: PortLike): boolean {
  if (!('port' in port)) return port.safeParse(undefined).success
  if (port.port === 'value') return port.schema.safeParse(undefined).success
  return port.port === 'model' && port.isOptional
}

function refuseListOutput(step: string, output: string, port: PortLike): void {
  if (!('port' in port) || port.port !== 'list') return
  throw new RegiaError('PIPELINE_INVALID', `Output "${output}" of step "${step}" is a list.`, {
    hint: 'Only inputs can be lists. Declare one output for each thing that the step makes.',
  })
}
