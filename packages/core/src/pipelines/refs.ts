import { canonicalJson } from '../kernel/index.ts'
import type { GraphStep, PortRef } from './graph.ts'

/** The references of an input, lists and alternatives opened. */
export const flatRefs = (ref: PortRef): readonly PortRef[] =>
  ref.from === 'list' || ref.from === 'either' ? ref.items.flatMap(flatRefs) : [ref]

/** Every reference of a step: its inputs and its conditions. */
export const refsOfStep = (step: GraphStep): readonly PortRef[] => [
  ...Object.values(step.inputs).flatMap(flatRefs),
  ...step.when.flatMap(({ ref }) => flatRefs(ref)),
]

/** Ids of the steps that must be done before this one, each once. */
export const stepsNeededBy = (step: GraphStep): readonly string[] => [
  ...new Set(refsOfStep(step).flatMap((ref) => (ref.from === 'step' ? [ref.step] : []))),
]

/** Where an input comes from, in words. @example refText({ from: 'step', step: 'split', output: 'train' }) // 'split.train' */
export function refText(ref: PortRef): string {
  switch (ref.from) {
    case 'param':
      return `param ${ref.name}${pathText(ref.path)}`
    case 'value':
      return canonicalJson(ref.value ?? null)
    case 'step':
      return `${ref.step}.${ref.output}${pathText(ref.path)}`
    case 'dataset':
      return `dataset ${ref.name}${ref.version === undefined ? '' : `@${ref.version}`}`
    case 'model':
      return `model ${ref.name}@${ref.alias}`
    case 'catalog':
      return `catalog ${ref.name}${pathText(ref.path)}`
    case 'artifact':
      return `${ref.kind} ${ref.digest.slice(7, 15)}`
    case 'list':
      return `[${ref.items.map(refText).join(', ')}]`
    case 'either':
      return ref.items.map(refText).join(' or ')
  }
}

const pathText = (path: readonly string[] = []) => path.map((name) => `.${name}`).join('')

/**
 * The field of a JSON value that a reference with a path means.
 *
 * @returns `undefined` where there is no such field.
 * @example fieldAt({ test: { auc: 0.8 } }, ['test', 'auc']) // 0.8
 */
export function fieldAt(value: unknown, path: readonly string[] = []): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name) ? Reflect.get(inner, name) : undefined,
    value,
  )
}
