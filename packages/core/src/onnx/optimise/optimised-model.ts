import { RegiaError } from '../../kernel/index.ts'
import type { OnnxModel } from '../model.ts'

/** What became of a dense layer. */
export type LayerChange = {
  readonly name: string
  readonly weightCount: number
  /** Why it stays as it is; absent where it was changed. */
  readonly skipped?: string
}

/** A changed graph, and what was done to its layers. */
export type OptimisedModel = { readonly model: OnnxModel; readonly layers: readonly LayerChange[] }

/** @throws RegiaError `MODEL_INVALID` where nothing was changed. */
export function assertSomeDone(layers: readonly LayerChange[], what: string): void {
  if (layers.some(({ skipped }) => skipped === undefined)) return
  const found = layers.map(({ name, skipped }) => `${name}: ${skipped}`).join('; ')
  const fault = found === '' ? 'it has no dense layer with fixed weights' : `none of its layers can: ${found}`
  throw new RegiaError('MODEL_INVALID', `The graph cannot be made ${what}: ${fault.slice(0, 500)}.`, {
    hint: 'Tree ensembles are made smaller by "prune"; small layers are fast already.',
  })
}
