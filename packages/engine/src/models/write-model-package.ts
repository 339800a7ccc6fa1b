import {
  compileToOnnx,
  type FittedTabularModel,
  type ModelPackage,
  RegiaError,
  type Signature,
  type Table,
} from '@regia/core'
import { packModel, readModelPackage } from './model-package.ts'
import type { Predictions } from './model-session.ts'
import { loadGraph } from './onnx-graph.ts'
import { describeReference, exampleOf, spaced } from './package-contents.ts'

const PARITY_ROWS = 20_000

export type WriteModelPackageOptions = {
  readonly fitted: FittedTabularModel
  /** The rows that it was trained on, with the raw columns. */
  readonly train: Table
  /** Rows whose inputs and scores later windows are compared with, evenly spaced if more than 200,000; by default those of `train`. Held-out rows give scores that are not flattered. */
  readonly reference?: Table
  /** What a client may leave null and what a column means, where training did not see it. */
  readonly inputs?: Readonly<Record<string, { readonly nullable?: boolean; readonly description?: string }>>
  readonly metrics?: Readonly<Record<string, number>>
  /** The event times of the training rows. */
  readonly trainedOn?: { readonly from: string; readonly until: string }
}

export type WrittenModelPackage = { readonly bytes: Uint8Array; readonly manifest: ModelPackage }

/**
 * Packages a fitted model: compiles its graph, measures how far graph and training code are apart, keeps an example with its answer,
 * and describes the reference.
 *
 * @throws RegiaError `DATA_EMPTY` without rows; `COLUMN_MISSING` when `train` or `reference` lack an input.
 * @example const { bytes } = await writeModelPackage({ fitted, train, metrics: { auc: 0.74 } })
 */
export async function writeModelPackage(options: WriteModelPackageOptions): Promise<WrittenModelPackage> {
  const { fitted, train, reference = train } = options
  if (train.rowCount === 0 || reference.rowCount === 0) {
    throw new RegiaError('DATA_EMPTY', 'A model cannot be packaged without rows: it has no example and no reference.', {
      hint: 'Hand over the table that it was trained on.',
    })
  }
  const signature = signatureOf(options)
  const graph = compileToOnnx(fitted, signature.inputs)
  const loaded = await loadGraph(graph, signature)
  try {
    const manifest = {
      signature,
      example: await exampleOf(loaded, train, signature),
      parity: await measureParity(fitted, loaded.runTable, spaced(reference, PARITY_ROWS)),
      metrics: { ...options.metrics },
      ...(options.trainedOn && { trainedOn: { ...options.trainedOn } }),
      learner: { name: fitted.learner.name, params: withoutAbsent(fitted.learner.params) },
      featureImportance: fitted.featureImportance(),
    }
    const profile = await describeReference(loaded, reference, signature)
    const bytes = packModel({ manifest, graph, referenceProfile: profile, training: fitted })
    return { bytes, manifest: readModelPackage(bytes).manifest }
  } finally {
    await loaded.release()
  }
}

function signatureOf({ fitted, inputs = {} }: WriteModelPackageOptions): Signature {
  return {
    inputs: fitted.inputColumns.map(({ name, type, nullable }) => ({
      name,
      type,
      nullable: inputs[name]?.nullable ?? nullable,
      ...(inputs[name]?.description !== undefined && { description: inputs[name].description }),
    })),
    task: fitted.task,
    target: fitted.target,
    ...(fitted.task !== 'regression' && { classes: [...fitted.classes] }),
    ...(fitted.task === 'binary' && fitted.positive !== undefined && { positive: fitted.positive }),
  }
}

/** The largest absolute difference between what the graph and what the training code say, over all rows and classes. */
export async function measureParity(
  fitted: FittedTabularModel,
  predictTable: (table: Table) => Promise<Predictions>,
  table: Table,
): Promise<{ readonly maxError: number; readonly rowCount: number }> {
  const expected = fitted.predict(table)
  const got = await predictTable(table)
  const columns = fitted.task === 'regression' ? [expected.values] : expected.probabilities
  return { maxError: largestDifference(columns, got), rowCount: table.rowCount }
}

function largestDifference(expected: readonly Float64Array[], { probabilities, scores }: Predictions): number {
  const values = probabilities ?? scores
  let largest = 0
  for (const [k, column] of expected.entries()) {
    for (let row = 0; row < column.length; row++) {
      const difference = Math.abs(values[row * expected.length + k]! - column[row]!)
      // A NaN on one side only is as wrong as can be; it must not vanish in a comparison.
      if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.MAX_VALUE : difference
    }
  }
  return largest
}

/** Parameters as JSON keeps them: those that were not given are not there. */
const withoutAbsent = (params: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(params))
