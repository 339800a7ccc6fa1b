import {
  decodeModel,
  encodeModel,
  halveDense,
  type LayerChange,
  type OnnxModel,
  type OptimisationReport,
  type Outcome,
  quantiseDense,
  simplifyTrees,
  sizeOfEnsembles,
  treeEnsembles,
} from '@regia/core'
import { type ChooseTreesOptions, chooseTrees } from './choose-trees.ts'
import type { OptimiseRules } from './optimise-package.ts'

export type ChangedGraph = { readonly graph: Uint8Array } & Pick<OptimisationReport, 'layers' | 'trees'>

export type ChangeGraphOptions = {
  readonly rules: OptimiseRules
  /** Answers the rows on which trees are chosen. */
  readonly answer: (graph: Uint8Array) => Promise<Outcome>
} & Pick<ChooseTreesOptions, 'metric' | 'allowedLoss' | 'rng' | 'onProgress'>

/**
 * A smaller or faster graph.
 *
 * @throws RegiaError `MODEL_INVALID` where there is nothing to change in that way.
 */
export async function changeGraph(bytes: Uint8Array, options: ChangeGraphOptions): Promise<ChangedGraph> {
  const model = decodeModel(bytes)
  const { by, fullRange, keep } = options.rules
  if (by === 'int8') return ofLayers(quantiseDense(model, { isRangeReduced: !fullRange }))
  if (by === 'float16') return ofLayers(halveDense(model))
  const simpler = simplifyTrees(model)
  const { model: pruned, ...choice } = await chooseTrees(simpler, { ...options, keep })
  const [before, after] = [model, pruned].map((each) => sizeOfEnsembles(treeEnsembles(each.graph)))
  return {
    graph: encodeModel(pruned),
    trees: {
      ...{ before: before!.trees, after: after!.trees, nodesBefore: before!.nodes, nodesAfter: after!.nodes },
      ...{ scaling: choice.scaling, keep: choice.keep, curve: choice.curve },
    },
  }
}

function ofLayers({ model, layers }: { readonly model: OnnxModel; readonly layers: readonly LayerChange[] }) {
  const kept = layers.filter(({ skipped }) => skipped !== undefined).length
  return { graph: encodeModel(model), layers: { changed: layers.length - kept, kept } }
}
