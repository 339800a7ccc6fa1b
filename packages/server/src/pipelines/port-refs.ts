import type { GraphStep, PortRef } from '@regia/core'

/** The references of an input, lists opened. */
export const flatRefs = (ref: PortRef): readonly PortRef[] =>
  ref.from === 'list' ? ref.items.flatMap(flatRefs) : [ref]

/** Every reference of a step: its inputs and its condition. */
export const refsOfStep = (step: GraphStep): readonly PortRef[] => [
  ...Object.values(step.inputs).flatMap(flatRefs),
  ...(step.when ? flatRefs(step.when) : []),
]

/** Ids of the steps that must be done before this one, each once. */
export const stepsNeededBy = (step: GraphStep): readonly string[] => [
  ...new Set(refsOfStep(step).flatMap((ref) => (ref.from === 'step' ? [ref.step] : []))),
]
