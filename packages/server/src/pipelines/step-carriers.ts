import type { GraphStep, StepKind } from '@regia/core'
import { type Registrar, registerModel } from './register-model.ts'
import type { Outputs, RunWork } from './run-work.ts'
import { type CatalogSaver, saveToCatalog } from './save-to-catalog.ts'

/** What came of a step that the control plane carried out. */
export type Carried = {
  readonly outputs: Outputs
  /** Nothing had to be done, and why: the step then counts as `cached`. */
  readonly alreadyDone?: string
}

/**
 * Carries out a step in the control plane, outside any transaction; a `RegiaError` fails the step, without a further attempt.
 * What a crash cuts short is carried out again at the next start, so that doing it twice must do no harm.
 */
export type StepCarrier = (work: RunWork, step: GraphStep) => Promise<Carried>
export type StepCarriers = { readonly [Kind in StepKind]?: StepCarrier }

/** What the carriers ask of other subjects. */
export type CarrierDeps = { readonly models: Registrar; readonly catalog: CatalogSaver }

const CARRIED_KINDS: ReadonlySet<StepKind> = new Set(['register', 'save'])

/** Whether the control plane does the step itself, without a worker; of a mapped step all but its elements. */
export const isCarried = ({ kind, map }: GraphStep): boolean => map !== undefined || CARRIED_KINDS.has(kind)

/** By kind of step. A new kind is one file with its carrier, a line here, and its name in `CARRIED_KINDS`. */
export const stepCarriers = ({ models, catalog }: CarrierDeps): StepCarriers => ({
  register: registerModel(models),
  save: saveToCatalog(catalog),
})
