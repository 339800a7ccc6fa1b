import type { TrackedRun } from '@regia/core'

/** A line of the table: a run, how deep it stands, and whether its children are shown below it. */
export type TreeRow = {
  readonly run: TrackedRun
  readonly depth: number
  readonly isOpen: boolean
  readonly hasChildren: boolean
}

const DEEPEST = 8

/** Runs with the children of those that are open below them. */
export function treeRows(
  runs: readonly TrackedRun[],
  children: ReadonlyMap<string, readonly TrackedRun[]>,
  isNested: boolean,
): readonly TreeRow[] {
  const rows: TreeRow[] = []
  const add = (run: TrackedRun, depth: number) => {
    const below = isNested ? children.get(run.id) : undefined
    const hasChildren = isNested && (run.childCount ?? 0) > 0
    rows.push({ run, depth, isOpen: below !== undefined, hasChildren })
    if (depth < DEEPEST) for (const child of below ?? []) add(child, depth + 1)
  }
  for (const run of runs) add(run, 0)
  return rows
}
