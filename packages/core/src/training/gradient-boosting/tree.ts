import { z } from 'zod'

/**
 * One tree as parallel arrays over its nodes; node 0 is the root. A row goes left when its feature is ≤ the threshold,
 * or missing and `missingLeft`. All numbers are float32.
 */
export type Tree = {
  /** −1 in a leaf. */
  readonly feature: Int32Array
  readonly threshold: Float32Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly missingLeft: Uint8Array
  /** What a leaf adds to the score; 0 elsewhere. */
  readonly value: Float32Array
  /** How much the split lowered the loss. */
  readonly gain: Float32Array
  /** Training rows that reached the node. */
  readonly rowCount: Int32Array
}

const numbers = z.array(z.number())
export const treeSchema = z.object({
  feature: numbers,
  threshold: numbers,
  left: numbers,
  right: numbers,
  missingLeft: numbers,
  value: numbers,
  gain: numbers,
  rowCount: numbers,
})
export type TreeJson = z.infer<typeof treeSchema>

/** A tree as `training.json` keeps it. */
export const treeToJson = (tree: Tree): TreeJson => ({
  feature: [...tree.feature],
  threshold: [...tree.threshold],
  left: [...tree.left],
  right: [...tree.right],
  missingLeft: [...tree.missingLeft],
  value: [...tree.value],
  gain: [...tree.gain],
  rowCount: [...tree.rowCount],
})

/** What {@link treeToJson} wrote. */
export const treeFromJson = (json: TreeJson): Tree => ({
  feature: Int32Array.from(json.feature),
  threshold: Float32Array.from(json.threshold),
  left: Int32Array.from(json.left),
  right: Int32Array.from(json.right),
  missingLeft: Uint8Array.from(json.missingLeft),
  value: Float32Array.from(json.value),
  gain: Float32Array.from(json.gain),
  rowCount: Int32Array.from(json.rowCount),
})

/** A tree whose leaves give `amount` more: how a constant that belongs to every prediction is kept in the first tree. */
export const addToLeaves = (tree: Tree, amount: number): Tree => ({
  ...tree,
  value: tree.value.map((value, node) => (tree.feature[node]! < 0 ? value + amount : value)),
})

/**
 * Adds what a tree says of some rows to their scores.
 *
 * @param block - Features of shape (rows, features), row by row.
 * @param scores - Score of row r at `offset + r`.
 */
export function addTreeScores(
  tree: Tree,
  block: Float32Array,
  featureCount: number,
  rowCount: number,
  scores: Float64Array,
  offset: number,
): void {
  const { feature, threshold, left, right, missingLeft, value } = tree
  for (let row = 0; row < rowCount; row++) {
    const at = row * featureCount
    let node = 0
    let tested = feature[0]!
    while (tested >= 0) {
      const x = block[at + tested]!
      const goesLeft = x <= threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(x))
      node = goesLeft ? left[node]! : right[node]!
      tested = feature[node]!
    }
    scores[offset + row]! += value[node]!
  }
}
