import { type CatalogEntry, type Condition, type PipelineGraph, type PortRef, RegiaError } from '@regia/core'

const SOURCE: unique symbol = Symbol.for('regia.ref') as never
declare const carries: unique symbol

/** A parameter as the graph keeps it. */
export type ParamType = PipelineGraph['params'][string]

/** The way to a field inside a value; see `field`. */
type Path = { readonly path?: readonly string[] }

/** Where an input comes from while the pipeline is being described: data by the name that its producer gives it, or something from outside. */
export type Source =
  | Exclude<PortRef, { readonly from: 'list' | 'either' | 'step' | 'param' | 'catalog' }>
  /** `declared` where it is the catalog's, and not of the pipeline's own. */
  | ({ readonly from: 'param'; readonly name: string; readonly declared?: ParamType } & Path)
  | ({ readonly from: 'catalog'; readonly name: string; readonly entry?: CatalogEntry } & Path)
  | ({ readonly from: 'data'; readonly name: string } & Path)
  | { readonly from: 'list'; readonly items: readonly Source[] }
  | { readonly from: 'either'; readonly items: readonly Source[] }

/** A condition of the graph while its data still go by name. */
export type SourceCondition = Omit<Condition, 'ref'> & { readonly ref: Source }

/** What will be there when the pipeline runs. It only stands for the thing: wire it into a step, a gate or `when`. */
export type Ref<Carried> = { readonly [SOURCE]: Source; readonly [carries]?: Carried }

export type TableData = { readonly kind: 'table' }
export type FileData = { readonly kind: 'file' }
export type FolderData = { readonly kind: 'folder' }
export type ModelData = { readonly kind: 'model' }
export type ReportData = { readonly kind: 'report' }
export type ListData<Item> = { readonly kind: 'list'; readonly item: Item }

/** What each attempt of a mapped step made on one output, in the order of the elements. */
export type ListRef<Item> = Ref<ListData<Item>>

const refuse = (): never => {
  throw new RegiaError('PIPELINE_INVALID', 'A ref has no value yet: the pipeline is being described, not run.', {
    hint: 'Wire the ref into a step and use the value inside its run function; to run steps on a condition use when(ref, …).',
  })
}

const REFUSALS = {
  [Symbol.toPrimitive]: { value: refuse },
  toJSON: { value: refuse },
  toString: { value: refuse },
}

/**
 * A ref to what will be there when the pipeline runs. Whoever treats it as a value (in a text, in JSON, in a sum) is told so.
 *
 * @throws RegiaError `PIPELINE_INVALID` when the ref is converted to text, a number or JSON.
 */
export function makeRef<Carried>(source: Source): Ref<Carried> {
  const ref: Ref<Carried> = { [SOURCE]: source }
  return Object.defineProperties(ref, REFUSALS)
}

/** Whether something wired is a ref, as opposed to a literal. */
export const isRef = (value: unknown): value is Ref<unknown> =>
  typeof value === 'object' && value !== null && SOURCE in value

/** Where a ref leads. */
export const sourceOf = (ref: Ref<unknown>): Source => ref[SOURCE]

/** The source of whatever an author wired: a ref, an array with refs in it, or a literal. */
export function sourceOfWire(wire: unknown, isList: boolean): Source {
  if (isRef(wire)) return sourceOf(wire)
  if (isList && Array.isArray(wire)) return { from: 'list', items: wire.map((item) => sourceOfWire(item, false)) }
  // A ref inside of it says so here, where the author's line is on the stack.
  JSON.stringify(wire)
  return { from: 'value', value: wire }
}

/**
 * A dataset of the project, as a table.
 *
 * @param version - A fixed version; the latest one when the run starts where absent.
 * @example split({ flights: dataset('flights') })
 */
export const dataset = (name: string, version?: number): Ref<TableData> =>
  makeRef({ from: 'dataset', name, ...(version !== undefined && { version }) })

/**
 * A registered model by its alias, such as the champion that a new candidate must beat. It may not exist yet, unless `optional` is false.
 *
 * @param reference - `MODEL@ALIAS`.
 * @throws RegiaError `PIPELINE_INVALID` when the reference is not of that form.
 * @example gate(delayChecks, { model: trained.model, test, previous: registry('delays@champion') })
 */
export function registry(reference: string): Ref<ModelData | undefined>
export function registry(reference: string, options: { readonly optional: false }): Ref<ModelData>
export function registry(reference: string, options?: { readonly optional: boolean }): Ref<ModelData | undefined> {
  const [name, alias, ...rest] = reference.split('@')
  if (!name || !alias || rest.length > 0) {
    throw new RegiaError('PIPELINE_INVALID', `"${reference}" does not name a registered model.`, {
      hint: 'Write MODEL@ALIAS, such as delays@champion.',
    })
  }
  return makeRef({ from: 'model', name, alias, optional: options?.optional ?? true })
}
