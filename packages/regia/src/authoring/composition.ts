import { RegiaError } from '@regia/core'
import type { StepDefinition } from '@regia/engine'
import type { GraphNode } from './graph-node.ts'
import type { Source, SourceCondition } from './refs.ts'

/** A node as a front end records it, before it has an id. */
export type NodeRecord = Omit<GraphNode, 'id' | 'produces' | 'when' | 'group'> & {
  readonly definition?: StepDefinition
}

type Composition = {
  readonly nodes: GraphNode[]
  readonly steps: Map<string, StepDefinition>
  readonly ids: Set<string>
  readonly useCounts: Map<string, number>
  conditions: readonly SourceCondition[]
  /** Of the pipelines that are being described. */
  tags: readonly string[]
  group: string | undefined
}

let current: Composition | undefined

/** What a pipeline's function called for, and what it returned. */
export type Composed = {
  readonly nodes: readonly GraphNode[]
  readonly steps: ReadonlyMap<string, StepDefinition>
  readonly result: unknown
}

/** Runs a pipeline's function and hands back the nodes that it called for; each gets the tags. */
export function compose(describe: () => unknown, tags: readonly string[] = []): Composed {
  const outer = current
  const nodes: GraphNode[] = []
  const steps = new Map<string, StepDefinition>()
  current = { nodes, steps, ids: new Set(), useCounts: new Map(), conditions: [], tags, group: undefined }
  try {
    return { nodes, steps, result: synchronous(describe()) }
  } finally {
    current = outer
  }
}

/** Whether a pipeline is being described. */
export const isComposing = (): boolean => current !== undefined

/**
 * Adds a node to the pipeline that is being described.
 *
 * @returns Its id: the name, after the group that it stands in, with `-2`, `-3` … where it is used again.
 */
export function recordNode({ definition, ...record }: NodeRecord): string {
  if (!current) throw outsideOfPipeline(record.name, record.definedAt)
  const { group, conditions } = current
  const tags = [...new Set([...current.tags, ...(record.tags ?? [])])]
  const id = freeId(current, record.name)
  const produces = Object.fromEntries(Object.keys(record.outputs).map((output) => [output, `${id}.${output}`]))
  current.nodes.push({
    ...record,
    id,
    produces,
    ...(tags.length > 0 && { tags }),
    ...(group !== undefined && { group }),
    ...(conditions.length > 0 && { when: conditions }),
  })
  if (definition) keepDefinition(current, definition, record.definedAt)
  return id
}

/** Describes steps that run only under a condition, and under those that hold already. @returns Also the names of the data that they make. */
export function recordUnder<Result>(
  condition: SourceCondition,
  describe: () => Result,
  locate: () => string | undefined,
): { readonly result: Result; readonly made: ReadonlySet<string> } {
  if (!current) throw outsideOfPipeline('when', locate())
  const composition = current
  const outer = composition.conditions
  const start = composition.nodes.length
  composition.conditions = [...outer, condition]
  try {
    const result = describe()
    const made = composition.nodes.slice(start).flatMap(({ produces }) => Object.values(produces))
    return { result, made: new Set(made) }
  } finally {
    composition.conditions = outer
  }
}

/** Describes the steps of a sub-pipeline: they stand in a group of its name. */
export function recordGroup<Result>(name: string, tags: readonly string[], describe: () => Result): Result {
  if (!current) throw outsideOfPipeline(name, undefined)
  const composition = current
  const outer = { group: composition.group, tags: composition.tags }
  composition.group = freeId(composition, name)
  composition.tags = [...outer.tags, ...tags]
  try {
    return synchronous(describe())
  } finally {
    Object.assign(composition, outer)
  }
}

/** Adds nodes that know each other by the names of their data, as a group; the names stay inside it. */
export function recordGraph(name: string, { nodes, steps }: Pick<Composed, 'nodes' | 'steps'>): void {
  if (!current) throw outsideOfPipeline(name, undefined)
  const { conditions, tags } = current
  const group = freeId(current, name)
  const named = (data: string) => `${group}/${data}`
  for (const node of nodes) {
    const when = [...conditions, ...(node.when ?? []).map((each) => ({ ...each, ref: renamed(each.ref, named) }))]
    current.ids.add(`${group}.${node.id}`)
    current.nodes.push({
      ...node,
      id: `${group}.${node.id}`,
      group: node.group === undefined ? group : `${group}.${node.group}`,
      tags: [...new Set([...tags, ...(node.tags ?? [])])],
      inputs: mapValues(node.inputs, (source) => renamed(source, named)),
      produces: mapValues(node.produces, named),
      ...(when.length > 0 && { when }),
    })
  }
  for (const definition of steps.values()) keepDefinition(current, definition, undefined)
}

function renamed(source: Source, rename: (name: string) => string): Source {
  if (source.from === 'data') return { ...source, name: rename(source.name) }
  if (source.from !== 'list' && source.from !== 'either') return source
  return { from: source.from, items: source.items.map((item) => renamed(item, rename)) }
}

const mapValues = <Given, Made>(record: { readonly [name: string]: Given }, change: (given: Given) => Made) =>
  Object.fromEntries(Object.entries(record).map(([name, given]) => [name, change(given)]))

function freeId({ ids, useCounts, group }: Composition, name: string): string {
  const base = group === undefined ? name : `${group}.${name}`
  let count = useCounts.get(base) ?? 0
  let id: string
  do {
    count += 1
    id = count === 1 ? base : `${base}-${count}`
  } while (ids.has(id))
  useCounts.set(base, count)
  ids.add(id)
  return id
}

function synchronous<Result>(result: Result): Result {
  if (result instanceof Promise) throw notSynchronous()
  return result
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
