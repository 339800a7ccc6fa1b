import type { CatalogEntry, PortType } from '@regia/core'
import type { DraftStep } from '@regia/engine'
import type { Source, SourceCondition } from './refs.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * A node of a pipeline as any front end hands it over: what it needs and makes, by the names of the data. All else is what the graph keeps of a step.
 */
export type GraphNode = Omit<DraftStep, 'inputs' | 'inputTypes' | 'outputs' | 'when' | 'definedAt'> & {
  readonly inputs: { readonly [input: string]: Source }
  /** Of each input; for a list the type of its items. */
  readonly inputTypes: { readonly [input: string]: PortType }
  /** Inputs that take a list. */
  readonly listInputs?: readonly string[]
  /** Inputs that may stay without a source. */
  readonly optionalInputs?: readonly string[]
  /** It also takes inputs that have no type, of whatever kind their source is: what a person is shown. */
  readonly takesAnything?: boolean
  readonly outputs: { readonly [output: string]: PortType }
  /** The name of the data that each output makes; no two outputs may make the same. */
  readonly produces: { readonly [output: string]: string }
  /** All must hold. */
  readonly when?: readonly SourceCondition[]
  /** The entry that `save` names. */
  readonly entry?: CatalogEntry
  readonly definedAt: string | undefined
}

/** Who makes the data of a name. */
export type Output = { readonly node: GraphNode; readonly output: string }
export type Producers = ReadonlyMap<string, Output>
/** What is known of a graph while it is compiled. */
export type Compilation = Surroundings & { readonly producers: Producers }
