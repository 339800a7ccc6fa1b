import { type Artifact, RegiaError, type RunId } from '@regia/core'
import { type CatalogPlace, placeOf } from './read-catalog.ts'
import { inputArtifacts, valueArtifact } from './resolve-inputs.ts'
import type { StepCarrier } from './step-carriers.ts'

/** What pipelines ask of the catalog. The same again does nothing, so that a step that is repeated does no harm. */
export type CatalogSaver = {
  /** @throws RegiaError naming entry, path and environment. */
  readonly save: (
    place: CatalogPlace,
    artifact: Artifact,
    origin: { readonly runId: RunId; readonly step: string; readonly title: string },
  ) => Promise<{ readonly value: unknown; readonly alreadyDone?: string }>
}

/** Puts the input of a save step where the entry that it names says. */
export const saveToCatalog =
  (catalog: CatalogSaver): StepCarrier =>
  async (work, step) => {
    const { version, run } = work
    const [artifact] = Object.values(inputArtifacts(step, work.sources))
    if (step.save === undefined || artifact === undefined) {
      throw new RegiaError('STEP_INPUT_MISSING', `Step "${step.id}" saves to the catalog, but nothing came for it.`, {
        where: step.definedAt ?? step.id,
        hint: 'Wire what it is to save into its one input.',
      })
    }
    // The column is filled from the id factory only.
    const origin = { runId: run.id as RunId, step: step.id, title: `${run.pipeline} #${run.number}` }
    const { value, alreadyDone } = await catalog.save(placeOf(version, step.save, [step.id]), artifact, origin)
    const outputs = Object.fromEntries(Object.keys(step.outputs).map((name) => [name, valueArtifact(value)]))
    return alreadyDone === undefined ? { outputs } : { outputs, alreadyDone }
  }
