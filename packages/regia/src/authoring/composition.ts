import { RegiaError } from '@regia/core'
import type { StepDefinition } from '@regia/engine'
import type { GraphNode } from './compile-graph.ts'
import { type Ref, type Source, sourceOf } from './refs.ts'

/** A node as a front end records it, before it has an id. */
export type NodeRecord = Omit<GraphNode, 'id' | 'produces' | 'when'> & { readonly definition?: StepDefinition }

type Composition = {
  readonly nodes: GraphNode[]
  readonly steps: Map<string, StepDefinition>
  readonly useCounts: Map<string, number>
  when: Source | undefined
}

let current: Composition | undefined

/** Runs a pipeline's function and hands back the nodes that it called for. */
export function compose(describe: () => unknown): {
  nodes: readonly GraphNode[]
  steps: ReadonlyMap<string, StepDefinition>
} {
  const outer = current
  const composition: Composition = { nodes: [], steps: new Map(), useCounts: new Map(), when: undefined }
  current = composition
  try {
    const result = describe()
    if (result instanceof Promise) throw notSynchronous()
  } finally {
    current = outer
  }
  return composition
}

/** Adds a node to the pipeline that is being described. @returns Its id: the name, with `-2`, `-3` … where it is used again. */
export function recordNode({ definition, ...record }: NodeRecord): string {
  if (!current) throw outsideOfPipeline(record.name, record.definedAt)
  const count = (current.useCounts.get(record.name) ?? 0) + 1
  current.useCounts.set(record.name, count)
  const id = count === 1 ? record.name : `${record.name}-${count}`
  const produces = Object.fromEntries(Object.keys(record.outputs).map((output) => [output, `${id}.${output}`]))
  current.nodes.push({ ...record, id, produces, ...(current.when && { when: current.when }) })
  if (definition) keepDefinition(current, definition, record.definedAt)
  return id
}

/**
 * Adds steps that run only when a boolean of the run turns out true; otherwise they, and what depends on them, are skipped.
 *
 * @param condition - A boolean output, such as `passed` of a gate.
 * @returns What `describe` returns.
 * @throws RegiaError `PIPELINE_INVALID` when one `when` stands inside another one on an independent condition.
 * @example when(passed, () => register('delays', trained.model, { report, alias: 'challenger' }))
 */
export function when<Result>(condition: Ref<boolean>, describe: () => Result): Result {
  if (!current) throw outsideOfPipeline('when', undefined)
  const outer = current.when
  const inner = sourceOf(condition)
  if (outer) assertFollows(current, inner, outer)
  current.when = inner
  try {
    return describe()
  } finally {
    current.when = outer
  }
}

/** A condition that is itself computed under the outer one implies it: a skipped step has no output. */
function assertFollows(composition: Composition, inner: Source, outer: Source): void {
  const producer = composition.nodes.find(
    (node) => inner.from === 'data' && Object.values(node.produces).includes(inner.name),
  )
  if (producer?.when === outer) return
  throw new RegiaError('PIPELINE_INVALID', 'A "when" stands inside another one, on an independent condition.', {
    hint: 'Compute both conditions in one step and use its output, or make the inner condition inside the outer "when".',
  })
}

function keepDefinition(composition: Composition, definition: StepDefinition, where: string | undefined): void {
  const known = composition.steps.get(definition.stepName)
  if (known && known.execute !== definition.execute) {
    throw new RegiaError('PIPELINE_INVALID', `Two different steps are named "${definition.stepName}".`, {
      hint: 'Give each step a name of its own.',
      ...(where !== undefined && { where }),
    })
  }
  composition.steps.set(definition.stepName, definition)
}

function outsideOfPipeline(name: string, where: string | undefined): RegiaError {
  return new RegiaError('PIPELINE_INVALID', `"${name}" was called outside a pipeline.`, {
    hint: 'Call it inside the function that you give to pipeline(). To try a step alone, call its run: await step.run({ … }).',
    ...(where !== undefined && { where }),
  })
}

const notSynchronous = () =>
  new RegiaError('PIPELINE_INVALID', "A pipeline's function is async.", {
    hint: 'It only describes the graph: call steps without await, and do asynchronous work inside a step.',
  })
