import { flatRefs, type GraphStep, type PipelineGraph, type PortRef, RegiaError, stepsNeededBy } from '@regia/core'

/**
 * The steps of a graph in an order in which each comes after what it needs; among equals the graph's own order.
 *
 * @throws RegiaError `STEP_OUTPUT_DUPLICATE`, `STEP_INPUT_MISSING`, `PIPELINE_CYCLE`, `PIPELINE_INVALID`, naming the step and where it was written.
 */
export function orderGraph(graph: PipelineGraph): readonly GraphStep[] {
  const steps = indexSteps(graph)
  for (const step of graph.steps) assertRefs(step, steps, graph)
  return sortByNeed(graph.steps, steps)
}

type StepIndex = ReadonlyMap<string, GraphStep>

function indexSteps(graph: PipelineGraph): StepIndex {
  const steps = new Map<string, GraphStep>()
  for (const step of graph.steps) {
    const first = steps.get(step.id)
    if (first) {
      throw problem('STEP_OUTPUT_DUPLICATE', step, `Two steps of the graph have the id "${step.id}".`, {
        hint: `Give one of them another name. The first stands at ${first.definedAt ?? 'an unknown place'}.`,
      })
    }
    steps.set(step.id, step)
  }
  return steps
}

function assertRefs(step: GraphStep, steps: StepIndex, graph: PipelineGraph): void {
  for (const [input, ref] of Object.entries(step.inputs)) {
    if (!(input in step.inputTypes)) {
      throw problem('PIPELINE_INVALID', step, `Step "${step.id}" has no type for its input "${input}".`)
    }
    assertFlat(step, input, ref)
    for (const each of flatRefs(ref)) assertRef(step, `input "${input}"`, each, steps, graph)
  }
  for (const { ref } of step.when) {
    for (const each of flatRefs(ref)) assertRef(step, 'its condition', each, steps, graph)
  }
  assertKind(step)
}

function assertKind(step: GraphStep): void {
  if (step.kind === 'register' && !step.register)
    throw problem('PIPELINE_INVALID', step, `Step "${step.id}" registers a model but names none.`)
  if (step.kind === 'approve' && !step.approval)
    throw problem('PIPELINE_INVALID', step, `Step "${step.id}" asks a person but has no question.`)
  if (step.map && (step.kind === 'approve' || step.kind === 'register' || step.kind === 'save')) {
    throw problem(
      'PIPELINE_INVALID',
      step,
      `Step "${step.id}" is mapped, which a step of kind "${step.kind}" cannot be.`,
    )
  }
  if (step.map && !(step.map.input in step.inputs)) {
    throw problem(
      'PIPELINE_INVALID',
      step,
      `Step "${step.id}" is mapped over input "${step.map.input}", which it does not have.`,
      { hint: `Its inputs are: ${Object.keys(step.inputs).join(', ') || 'none'}.` },
    )
  }
}

/** What an input is made of: one thing or a list of things; each may have alternatives. */
function assertFlat(step: GraphStep, input: string, ref: PortRef, isInList = false): void {
  if (ref.from === 'either') for (const item of ref.items) assertFlat(step, input, item, isInList)
  if (ref.from !== 'list') return
  if (isInList) {
    throw problem('PIPELINE_INVALID', step, `Input "${input}" of step "${step.id}" is a list of lists.`, {
      hint: 'Let a step make one list of them, and take that.',
    })
  }
  for (const item of ref.items) assertFlat(step, input, item, true)
}

function assertRef(step: GraphStep, what: string, ref: PortRef, steps: StepIndex, graph: PipelineGraph): void {
  if (ref.from === 'param' && !(ref.name in graph.params)) {
    throw problem(
      'PIPELINE_INVALID',
      step,
      `Step "${step.id}" takes ${what} from parameter "${ref.name}", which the pipeline does not have.`,
      {
        hint: `Its parameters are: ${Object.keys(graph.params).join(', ') || 'none'}.`,
      },
    )
  }
  if (ref.from === 'catalog' && !(ref.name in graph.catalog)) {
    throw problem(
      'PIPELINE_INVALID',
      step,
      `Step "${step.id}" takes ${what} from "${ref.name}", which the catalog does not have.`,
      {
        hint: `Its entries are: ${Object.keys(graph.catalog).join(', ') || 'none'}.`,
      },
    )
  }
  if (ref.from !== 'step') return
  const producer = steps.get(ref.step)
  if (producer && ref.output in producer.outputs) return
  throw problem(
    'STEP_INPUT_MISSING',
    step,
    `Step "${step.id}" takes ${what} from "${ref.step}.${ref.output}", which no step makes.`,
    {
      hint: producer
        ? `"${ref.step}" makes: ${Object.keys(producer.outputs).join(', ') || 'nothing'}.`
        : `The steps are: ${[...steps.keys()].slice(0, 20).join(', ')}.`,
    },
  )
}

/** Kahn's algorithm. */
function sortByNeed(steps: readonly GraphStep[], index: StepIndex): readonly GraphStep[] {
  const followers = new Map<string, GraphStep[]>(steps.map(({ id }) => [id, []]))
  const open = new Map<string, number>()
  for (const step of steps) {
    const needed = stepsNeededBy(step)
    open.set(step.id, needed.length)
    for (const id of needed) followers.get(id)?.push(step)
  }
  const sorted = steps.filter((step) => open.get(step.id) === 0)
  for (let next = 0; next < sorted.length; next++) {
    for (const follower of followers.get(sorted[next]!.id) ?? []) {
      const left = open.get(follower.id)! - 1
      open.set(follower.id, left)
      if (left === 0) sorted.push(follower)
    }
  }
  if (sorted.length < steps.length) throw cycle(steps, new Set(sorted.map(({ id }) => id)), index)
  return sorted
}

/** Every step that is left waits for another one that is left, so walking back must come round. */
function cycle(steps: readonly GraphStep[], sorted: ReadonlySet<string>, index: StepIndex): RegiaError {
  const path: string[] = []
  let step = steps.find(({ id }) => !sorted.has(id))!
  while (!path.includes(step.id)) {
    path.push(step.id)
    step = index.get(stepsNeededBy(step).find((id) => !sorted.has(id))!)!
  }
  const circle = [step.id, ...path.slice(path.indexOf(step.id)).reverse()]
  const text = circle.map((id) => `"${id}"`).join(' → ')
  return problem('PIPELINE_CYCLE', step, `Steps wait for each other in a circle: ${text}.`, {
    hint: 'Let one of them do without the output of the next one, or split it into two steps.',
  })
}

function problem(
  code: 'STEP_OUTPUT_DUPLICATE' | 'STEP_INPUT_MISSING' | 'PIPELINE_CYCLE' | 'PIPELINE_INVALID',
  step: GraphStep,
  message: string,
  details: { readonly hint?: string } = {},
): RegiaError {
  return new RegiaError(code, message, { ...details, where: step.definedAt ?? step.id, data: { step: step.id } })
}
