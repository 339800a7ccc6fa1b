import { type PipelineGraph, type Selection, stepsNeededBy } from '@regia/core'
import type { Slice } from './slice-way.ts'

/** Ids of the steps of a slice, the step itself among them. */
export function sliceSteps(graph: Pick<PipelineGraph, 'steps'>, { step, way }: Slice): ReadonlySet<string> {
  const needed = new Map(graph.steps.map((each) => [each.id, stepsNeededBy(each)]))
  const dependents = new Map<string, string[]>()
  for (const [id, sources] of needed) {
    for (const source of sources) {
      const known = dependents.get(source)
      if (known) known.push(id)
      else dependents.set(source, [id])
    }
  }
  const before = way === 'dependents' ? [] : reach(step, needed)
  const after = way === 'needs' ? [] : reach(step, dependents)
  return new Set([step, ...before, ...after])
}

function reach(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const each of next.get(id) ?? []) {
      if (found.has(each)) continue
      found.add(each)
      open.push(each)
    }
  }
  return found
}

/** What a run of only this slice, or of only this tag, is started with. */
export function selectionOf(graph: Pick<PipelineGraph, 'steps'>, slice: Slice | undefined, tag: string | undefined) {
  const chosen = slice?.way === 'both' ? sliceSteps(graph, slice) : undefined
  const selection: Selection = {
    ...(slice?.way === 'needs' && { to: [slice.step] }),
    ...(slice?.way === 'dependents' && { from: [slice.step] }),
    ...(chosen && { only: graph.steps.filter(({ id }) => chosen.has(id)).map(({ id }) => id) }),
    ...(tag !== undefined && { tags: [tag] }),
  }
  return Object.keys(selection).length > 0 ? selection : undefined
}

/** The part of a graph that is looked at: a slice, the steps with a tag, or all of it. */
export function sliceGraph(graph: PipelineGraph, slice: Slice | undefined, tag: string | undefined): PipelineGraph {
  if (!slice && tag === undefined) return graph
  const chosen = slice && sliceSteps(graph, slice)
  const steps = graph.steps.filter(
    (step) => (!chosen || chosen.has(step.id)) && (tag === undefined || step.tags.includes(tag)),
  )
  return { ...graph, steps }
}

export const tagsOf = ({ steps }: Pick<PipelineGraph, 'steps'>): readonly string[] =>
  [...new Set(steps.flatMap((step) => step.tags))].sort()
