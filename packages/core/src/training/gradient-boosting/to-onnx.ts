import { attr, type GraphBuilder, ML_DOMAIN } from '../../onnx/index.ts'
import type { LearningTask } from '../learner.ts'
import { probabilitiesToOnnx } from '../score-probabilities.ts'
import type { Ensemble } from './boosting.ts'

/**
 * Adds an ensemble to a graph: its scores by `TreeEnsembleRegressor`, its probabilities by `Sigmoid` or `Softmax`.
 *
 * `TreeEnsembleClassifier` is avoided: onnxruntime 1.30 gets `base_values` of binary models wrong and takes labels from raw scores.
 * A node's feature is ≤ its threshold in float32 on both sides; missing values follow `nodes_missing_value_tracks_true`.
 */
export function ensembleToOnnx(graph: GraphBuilder, features: string, ensemble: Ensemble, task: LearningTask): string {
  const scores = graph.node('TreeEnsembleRegressor', [features], treeAttributes(ensemble), { domain: ML_DOMAIN })
  if (task === 'regression') return scores
  return probabilitiesToOnnx(graph, scores, ensemble.outputCount)
}

function treeAttributes({ trees, outputCount }: Ensemble) {
  const flat = <Value>(list: (tree: Ensemble['trees'][number], index: number) => Iterable<Value>) =>
    trees.flatMap((tree, t) => [...list(tree, t)])
  const leavesOf = (tree: Ensemble['trees'][number]) =>
    [...tree.feature.keys()].filter((node) => tree.feature[node]! < 0)
  return {
    n_targets: attr.int(outputCount),
    aggregate_function: attr.string('SUM'),
    post_transform: attr.string('NONE'),
    nodes_treeids: attr.ints(flat((tree, t) => Array.from(tree.feature, () => t))),
    nodes_nodeids: attr.ints(flat((tree) => tree.feature.keys())),
    nodes_featureids: attr.ints(flat((tree) => tree.feature.map((feature) => Math.max(feature, 0)))),
    nodes_values: attr.floats(flat((tree) => tree.threshold)),
    nodes_modes: attr.strings(flat((tree) => Array.from(tree.feature, (f) => (f < 0 ? 'LEAF' : 'BRANCH_LEQ')))),
    nodes_truenodeids: attr.ints(flat((tree) => tree.left)),
    nodes_falsenodeids: attr.ints(flat((tree) => tree.right)),
    nodes_missing_value_tracks_true: attr.ints(flat((tree) => tree.missingLeft)),
    target_treeids: attr.ints(flat((tree, t) => leavesOf(tree).map(() => t))),
    target_nodeids: attr.ints(flat(leavesOf)),
    target_ids: attr.ints(flat((tree, t) => leavesOf(tree).map(() => t % outputCount))),
    target_weights: attr.floats(flat((tree) => leavesOf(tree).map((node) => tree.value[node]!))),
  }
}
