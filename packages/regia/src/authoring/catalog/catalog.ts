import { DEFINITION } from '@regia/core'
import type { z } from 'zod'
import { recordGraph, recordNode } from '../composition.ts'
import { wrongDeclaration } from '../parse-declaration.ts'
import { assemblePipeline, type Pipeline, type PipelineOptions } from '../pipeline.ts'
import { makeRef, type Ref, sourceOf } from '../refs.ts'
import { callerLocation } from '../source-location.ts'
import { type AnyWirable, useOf } from '../step.ts'
import { type Binding, type Bindings, bind, sourceOfBinding } from './bindings.ts'
import type { Entries, Entry, Held, ParamEntry } from './entry.ts'
import { nodesOfFlow } from './flow-nodes.ts'
import type {
  CheckedInputs,
  CheckedNodes,
  CheckedOutputs,
  FlowNode,
  FlowParts,
  InputNames,
  MadeBy,
  Makes,
  Making,
  Needs,
  OutputNames,
  Plain,
} from './names.ts'
import { saveNode } from './save-node.ts'

type InOf<S extends AnyWirable> = S['ports']['in']
type OutOf<S extends AnyWirable> = S['ports']['out']

/** A pipeline that was put together from nodes by the names of their data. */
export type Flow<Made = object> = Pipeline<Readonly<Record<never, z.ZodType>>, void> &
  Making<Made> & { readonly nodes: FlowParts; readonly tags: readonly string[] }

/** Other entries of the same names for an environment; for a parameter another default. */
type Overrides<E extends Entries> = {
  readonly [Name in keyof E]?: E[Name] extends ParamEntry<infer Schema> ? z.input<Schema> : Entry<Held<E[Name]>>
}

type SavableNames<E extends Entries> = {
  [Name in keyof E & string]: E[Name] extends ParamEntry ? never : Name
}[keyof E & string]

export type NodeOptions = {
  /** Of the step in this flow; default is the step's own. */
  readonly name?: string
  readonly tags?: readonly string[]
}

/** Names for data outside of pipelines; see {@link catalog}. */
export type Catalog<E extends Entries> = {
  readonly [DEFINITION]: 'catalog'
  /** What is behind a name, to be wired. @example train({ rows: c.read('flights'), depth: c.read('depth') }) */
  readonly read: <Name extends keyof E & string>(name: Name) => Ref<Held<E[Name]>>
  /** Adds a step that saves under a name. @example c.save('metrics', scored.metrics) */
  readonly save: <Name extends SavableNames<E>>(name: Name, ref: Ref<Held<E[Name]>>) => void
  /**
   * A use of a step for {@link Catalog.flow}: which data each of its inputs takes and each of its outputs makes, by name.
   *
   * @example c.node(train, { in: { rows: 'flights_clean', depth: 'depth' }, out: { model: 'regressor' } })
   */
  readonly node: <
    S extends AnyWirable,
    const In extends InputNames<InOf<S>>,
    const Out extends OutputNames<OutOf<S>> = Readonly<Record<never, string>>,
  >(
    step: S,
    names: {
      readonly in: In & CheckedInputs<E, InOf<S>, In>
      readonly out?: Out & CheckedOutputs<E, OutOf<S>, Out>
    },
    options?: NodeOptions,
  ) => FlowNode<Plain<Needs<E, InOf<S>, In>>, Plain<Makes<OutOf<S>, Out>>>
  /**
   * A pipeline of nodes in any order. A name that no node makes is read from the catalog; a name of the catalog that a node makes is saved there; other
   * names are known inside the flow only. A flow may stand among the nodes: its nodes come along, as a group of its name.
   *
   * @throws RegiaError `STEP_INPUT_MISSING`, `STEP_OUTPUT_DUPLICATE`, `PIPELINE_CYCLE` or `PIPELINE_INVALID`, with the line.
   * @example export default c.flow('train', [c.node(fit, { in: { rows: 'clean' }, out: { model: 'regressor' } }), c.node(clean, { in: { raw: 'flights' }, out: { rows: 'clean' } })])
   */
  readonly flow: <const Parts extends FlowParts>(
    name: string,
    nodes: CheckedNodes<Parts> & Parts,
    options?: PipelineOptions,
  ) => Flow<MadeBy<Parts[number]>>
}

/**
 * Names for what a project reads and saves, with other places for them in other environments (`regia run --env prod`).
 *
 * @param entries - Made with {@link entry}.
 * @param options - `environments`: for each, the entries that are different there; for a parameter another default.
 * @throws RegiaError `CONFIG_INVALID` naming the entry and the line.
 * @example
 * const c = catalog(
 *   { shuttles: entry.csv({ path: 'data/shuttles.csv' }), clean: entry.parquet({ path: 'data/clean.parquet' }), depth: entry.param(z.number().int(), 6) },
 *   { environments: { prod: { shuttles: entry.csv({ path: 'https://example.org/shuttles.csv', credentials: { env: 'TOKEN' } }) } } },
 * )
 * export default c.flow('data-science', [
 *   c.node(fit, { in: { rows: 'clean', depth: 'depth' }, out: { model: 'regressor' } }),
 *   c.node(prepare, { in: { raw: 'shuttles' }, out: { rows: 'clean' } }),
 * ])
 */
export function catalog<const E extends Entries>(
  entries: E,
  options: { readonly environments?: { readonly [environment: string]: Overrides<NoInfer<E>> } } = {},
): Catalog<E> {
  const locate = callerLocation(catalog)
  const bindings = bind(entries, options.environments ?? {}, locate)
  const read = <Name extends keyof E & string>(name: Name): Ref<Held<E[Name]>> =>
    makeRef(sourceOfBinding(name, getBinding(bindings, name, callerLocation(read))))
  const save: Catalog<E>['save'] = (name, ref) => {
    const binding = getBinding(bindings, name, callerLocation(save))
    if (binding.kind === 'param') throw savedParam(name, callerLocation(save))
    const { id: _, produces: __, ...record } = saveNode(name, binding.entry, sourceOf(ref), callerLocation(save)())
    recordNode(record)
  }
  const node: Catalog<E>['node'] = (step, names, options = {}) => ({
    step,
    names: { in: names.in, out: names.out ?? {} },
    name: options.name ?? useOf(step).record.name,
    tags: options.tags ?? [],
    definedAt: callerLocation(node)(),
  })
  const flow = (name: string, nodes: FlowParts, options?: PipelineOptions): Flow => {
    const tags = options?.tags ?? []
    const composed = nodesOfFlow(nodes, bindings, tags)
    const use = () => recordGraph(name, composed)
    return Object.assign(use, assemblePipeline(name, {}, composed, options, callerLocation(flow)), { nodes, tags })
  }
  // The compiler cannot compare the nodes with their checked form for every catalog; what a flow is does not depend on it.
  return { [DEFINITION]: 'catalog', read, save, node, flow: flow as unknown as Catalog<E>['flow'] }
}

function getBinding(bindings: Bindings, name: string, locate: () => string | undefined): Binding {
  const binding = bindings.get(name)
  if (binding) return binding
  throw wrongDeclaration(`The catalog has no "${name}".`, `It has: ${[...bindings.keys()].join(', ')}.`, locate)
}

const savedParam = (name: string, locate: () => string | undefined) =>
  wrongDeclaration(`"${name}" is a parameter of the catalog, and cannot be saved.`, 'Save under another name.', locate)
