import { DEFINITION, RegiaError } from '@regia/core'
import type { StepContext, StepDefinition } from '@regia/engine'
import { definePort, type PortLike, type Ports, type RunInput, type RunOutput, type TestOutput } from './ports.ts'
import { runHere, type TestContext, type TestInput } from './run-here.ts'
import { callerLocation } from './source-location.ts'
import { readSettings, type StepSettings } from './step-settings.ts'
import { keepTexts } from './text-files.ts'
import { type MapOptions, recordMap, recordUse, type StepShape, shapeOf } from './wire-step.ts'
import type { ListRefs, MappableNames, MapSource, OutputRefs, Wires } from './wires.ts'

type RunInputs<In extends Ports> = { readonly [Name in keyof In]: RunInput<In[Name]> }
type RunOutputs<Out extends Ports> = { readonly [Name in keyof Out]: RunOutput<Out[Name]> }
/** What a function without a return statement gives. */
type Nothing = ReturnType<() => void>
/** A step without outputs need not return anything. */
type Returned<Out extends Ports> = RunOutputs<Out> | ([keyof Out] extends [never] ? Nothing : never)

/** The wires that remain beside a mapped input; they may be left out where every input has a default. */
export type MapArguments<In, Name extends keyof In> =
  object extends Wires<Omit<In, Name>>
    ? [wires?: Wires<Omit<In, Name>>, options?: MapOptions]
    : [wires: Wires<Omit<In, Name>>, options?: MapOptions]

const USE: unique symbol = Symbol.for('regia.use') as never

/** What a use of a step adds to a pipeline, but for its wires. */
type Use = { readonly shape: StepShape; readonly record: StepRecord }
type StepRecord = Omit<Parameters<typeof recordUse>[1], 'definedAt'>

/** A step of any kind with whatever ports, for who uses it by the names of data. */
export type AnyWirable = { readonly ports: { readonly in: Ports; readonly out: Ports }; readonly [USE]: Use }

/** How a step is put into a graph. */
export const useOf = (step: AnyWirable): Use => step[USE]

/** How a step of any kind is used in a pipeline. */
export type Wirable<In extends Ports, Out extends Ports> = {
  (wires: Wires<In>): OutputRefs<Out>
  readonly ports: { readonly in: In; readonly out: Out }
  readonly [USE]: Use
  /**
   * Runs the step once for each element: of a list of values, tables, files or models, or of a table in pieces. Each output becomes the list of what
   * the elements made, in their order, which fits a `list(…)` input and can be mapped again.
   *
   * @param input - The input that gets one element at a time.
   * @param over - An array, a parameter that is one, what another map made, `rowsOf(table, …)` or `partitionsOf(table, …)`.
   * @param rest - The wires of the other inputs, the same for all; then `concurrency` and `minimumSuccess`.
   * @throws RegiaError `PIPELINE_INVALID` for a literal or an option that does not fit, or outside a pipeline.
   * @example const trials = train.map('depth', p.depths, { rows }, { concurrency: 4, minimumSuccess: 0.8 })
   */
  readonly map: <const Name extends MappableNames<In>>(
    input: Name,
    over: MapSource<In[Name]>,
    ...rest: MapArguments<In, Name>
  ) => ListRefs<Out>
}

export type StepSpec<In extends Ports, Out extends Ports> = StepSettings & {
  readonly in: In
  readonly out: Out
  /** The work. It gets its inputs and a context, and returns one entry per output. */
  readonly run: (inputs: RunInputs<In>, context: StepContext) => Returned<Out> | Promise<Returned<Out>>
}

/** A step: call it inside a pipeline to add it to the graph, or call its `run` to try it. */
export type Step<In extends Ports, Out extends Ports> = StepDefinition &
  Wirable<In, Out> & {
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
  const definition = defineStep(spec)
  const record = { kind: 'code', ...settings, definition } as const
  return Object.assign(wirable<In, Out>(spec, record, definedAt), definition, {
    run: (inputs: { readonly [name: string]: unknown }, context?: TestContext) =>
      runHere(definition, inputs, context) as ReturnType<Step<In, Out>['run']>, // one entry per declared output
  })
}

/** The function that adds uses of a step to a pipeline, one at a time or mapped. */
export function wirable<In extends Ports, Out extends Ports>(
  ports: { readonly in: In; readonly out: Out },
  record: StepRecord,
  definedAt: () => string | undefined,
): Wirable<In, Out> {
  const shape = shapeOf(ports.in, ports.out)
  const wire = (wires: Wires<In>) =>
    recordUse(shape, { ...record, definedAt: callerLocation(wire)() ?? definedAt() }, wires) as OutputRefs<Out> // one ref per declared output
  const map: Wirable<In, Out>['map'] = (input, over, ...[wires = {}, options = {}]) => {
    const place = { ...record, definedAt: callerLocation(map)() ?? definedAt() }
    return recordMap(shape, place, wires, { input, over, options }) as ListRefs<Out> // one ref per declared output
  }
  return Object.assign(wire, { map, ports: { in: ports.in, out: ports.out }, [USE]: { shape, record } })
}

function defineStep<In extends Ports, Out extends Ports>(spec: StepSpec<In, Out>): StepDefinition {
  const define = (ports: Ports) =>
    Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, definePort(port)]))
  const outputs = define(spec.out)
  return {
    [DEFINITION]: 'step',
    stepName: spec.name,
    inputs: define(spec.in),
    outputs,
    // The inputs were parsed by the ports above.
    execute: async (inputs, context) => keepTexts(outputs, await spec.run(inputs as RunInputs<In>, context), context),
  }
}

/** @throws RegiaError `PIPELINE_INVALID`: an output is one thing; lists come of mapping. */
export function refuseListOutput(step: string, output: string, port: PortLike): void {
  if (!('port' in port) || port.port !== 'list') return
  throw new RegiaError('PIPELINE_INVALID', `Output "${output}" of step "${step}" is a list.`, {
    hint: 'Only inputs can be lists. Declare one output for each thing that the step makes, or map the step: step.map(…).',
  })
}
