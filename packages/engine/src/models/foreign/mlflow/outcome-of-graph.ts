import { RegiaError } from '@regia/core'
import type { ForeignGraph, ForeignTensor } from '../foreign-graph.ts'

/** What the signature of a package says of a model's answer. */
export type GraphOutcome =
  | { readonly task: 'regression'; readonly output: string }
  | { readonly classes: readonly string[]; readonly output: string }

/**
 * What a graph answers, told by its outputs: converters write labels beside the probabilities of a classifier, and numbers alone for a regression.
 *
 * @throws RegiaError `MODEL_INVALID` where the graph gives labels alone, several numbers a row, or floats that cannot be told apart.
 */
export function outcomeOfGraph(foreign: ForeignGraph): GraphOutcome {
  const output = floatOutput(foreign)
  if (foreign.isClassifier) return { classes: classesOf(foreign, output), output: output.name }
  const width = output.shape && output.shape.length > 1 ? (output.shape.at(-1) ?? 1) : 1
  if (width > 1 || (output.shape?.length ?? 0) > 2) {
    throw unfit(`its output "${output.name}" is ${width > 1 ? `${width} numbers` : 'more than one number'} a row`)
  }
  return { task: 'regression', output: output.name }
}

function floatOutput({ outputs }: ForeignGraph): ForeignTensor {
  const probable = outputs.filter(({ name }) => /prob/i.test(name))
  const candidates = probable.length > 0 ? probable : outputs
  const [found, another] = candidates
  if (found && !another) return found
  const names = outputs.map(({ name }) => `"${name}"`).join(', ')
  throw found
    ? unfit(`it gives several outputs of numbers, ${names}, and nothing says which is its answer`)
    : unfit('it gives labels alone and no probabilities')
}

function classesOf({ classes }: ForeignGraph, output: ForeignTensor): readonly string[] {
  if (classes) return classes
  const width = output.shape?.at(-1) ?? -1
  if (width > 1) return Array.from({ length: width }, (_, i) => String(i))
  throw unfit('it is a classifier, but holds no names of its classes')
}

const unfit = (fault: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `${fault}; Regia serves one number or the probabilities of classes a row.`, {
    hint: "Convert the model so that it gives one: with skl2onnx by options={'zipmap': False}, and for classifiers with their probabilities.",
  })
