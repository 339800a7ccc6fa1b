import { estimateAll, type ModelPackage, type OptimisationReport, type Outcome, type Rng } from '@regia/core'
import { inputBatches } from '../input-batch.ts'
import { type OpenedPackage, packModel } from '../model-package.ts'
import type { LoadedGraph } from '../onnx-graph.ts'
import { toRow } from '../self-test.ts'

export type PackOptimisedOptions = {
  readonly report: OptimisationReport
  /** What the new graph said of the judged rows. */
  readonly outcome: Outcome
  readonly rng: Rng
}

/**
 * The package of an optimised graph. It answers the example itself; signature, reference profile and what is said of its training are those
 * of the model that it was made from. The training code's own model stays behind: it is another one now. `parity` says how far the two
 * graphs are apart.
 */
export async function packOptimised(
  { manifest, referenceProfile }: OpenedPackage,
  graph: Uint8Array,
  loaded: LoadedGraph,
  { report, outcome, rng }: PackOptimisedOptions,
): Promise<Uint8Array> {
  const { example, notes = [], ...rest } = manifest
  const metrics = Object.entries(estimateAll(outcome, { rng, resamples: 0 })).map(([name, { value }]) => [name, value])
  return packModel({
    manifest: {
      ...rest,
      example: await answered(example, loaded, manifest),
      parity: { maxError: report.output.maxDifference, rowCount: report.rows.judged },
      metrics: Object.fromEntries(metrics),
      notes: [...notes, noteOf(report)],
    },
    graph,
    ...(referenceProfile && { referenceProfile }),
  })
}

async function answered(
  example: ModelPackage['example'],
  { run }: LoadedGraph,
  { signature }: ModelPackage,
): Promise<ModelPackage['example']> {
  const batch = inputBatches(signature)()
  batch.append(example.rows.map(toRow))
  const { probabilities, scores } = await run(batch.columns(), batch.rowCount)
  const { probabilities: _, predictions: __, ...kept } = example
  if (!probabilities) return { ...kept, predictions: [...scores] }
  const width = probabilities.length / batch.rowCount
  return {
    ...kept,
    probabilities: example.rows.map((_, row) => [...probabilities.subarray(row * width, (row + 1) * width)]),
  }
}

function noteOf({ by, layers, trees }: OptimisationReport): string {
  if (trees) return `Pruned to ${trees.after} of ${trees.before} trees.`
  return `Weights of ${layers?.changed ?? 0} dense layers in ${by}.`
}
