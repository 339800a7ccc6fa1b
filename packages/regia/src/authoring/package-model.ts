import { DEFINITION, type FittedTabularModel, type Table } from '@regia/core'

export type PackageOptions = {
  /** What it was trained on: its distributions become the reference of monitors, some of its rows the self-test. */
  readonly train: Table
  /** Rows whose inputs and scores monitors compare with, instead of `train`: held-out rows give scores that are not flattered. */
  readonly reference?: Table
  /** What a client may leave null although training saw no nulls, and what a column means. */
  readonly inputs?: { readonly [column: string]: { readonly nullable?: boolean; readonly description?: string } }
  /** The event times of the training rows, ISO-8601; a date means the whole day. An honest comparison uses none of them. */
  readonly trainedOn?: { readonly from: string; readonly until: string }
  readonly metrics?: { readonly [name: string]: number }
}

/** A fitted model on its way into a package. */
export type PackagedModel = PackageOptions & {
  readonly [DEFINITION]: 'packaged-model'
  readonly fitted: FittedTabularModel
}

/**
 * Makes a fitted model into what a `model()` output takes: one ONNX graph with the transforms in it, compared with the training code, with a
 * self-test and a reference profile. The step's process writes the package, after `run` has returned; what is wrong shows there.
 *
 * @param fitted - What `tabularModel(…).fit(…)` gave.
 * @throws RegiaError in the step: `DATA_EMPTY` when `train` or `reference` has no row, `COLUMN_MISSING` when one lacks an input,
 *   `INVALID_INPUT` when a raw column is named like an output of the graph.
 * @example
 * run: async ({ train }, { rng }) => {
 *   const rows = await train.read()
 *   return { model: packageModel(delays.fit(rows, { rng }), { train: rows, trainedOn: { from, until } }) }
 * }
 */
export const packageModel = (fitted: FittedTabularModel, options: PackageOptions): PackagedModel => ({
  [DEFINITION]: 'packaged-model',
  fitted,
  ...options,
})
