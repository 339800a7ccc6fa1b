import { type Condition, RegiaError } from '@regia/core'
import { isRef, type Ref, type SourceCondition, sourceOf } from './refs.ts'

const CONDITION: unique symbol = Symbol.for('regia.condition') as never

/** Something that a run may turn out to fulfil: for {@link when}. */
export type RunCondition = { readonly [CONDITION]: SourceCondition }

/** A value that JSON can hold and that conditions compare. */
type Comparable = string | number | boolean | null

/** @throws RegiaError `PIPELINE_INVALID` for a value that is not known while the pipeline is described, such as another ref. */
function compare(ref: Ref<unknown>, is: Condition['is'], value: Comparable): RunCondition {
  if (typeof value === 'object' ? value !== null : typeof value === 'number' && !Number.isFinite(value)) {
    const got = isRef(value) ? 'another ref' : typeof value === 'object' ? 'an object' : String(value)
    throw new RegiaError('PIPELINE_INVALID', `A condition compares a ref with a fixed value; got ${got}.`, {
      hint: 'Compare the two in a step that returns a boolean, and give that to when(…).',
    })
  }
  return { [CONDITION]: { ref: sourceOf(ref), is, value } }
}

/**
 * Holds when a value of the run turns out to be this one.
 *
 * @example when(equals(p.mode, 'full'), () => fit({ rows }))
 */
export const equals = <Value extends Comparable>(ref: Ref<Value>, value: NoInfer<Value>): RunCondition =>
  compare(ref, 'equal', value)

/** Holds when a number of the run is greater than `value`. @example when(greaterThan(scored.auc, 0.8), () => register('late', model)) */
export const greaterThan = (ref: Ref<number>, value: number): RunCondition => compare(ref, 'greater', value)

/** Holds when a number of the run is `value` or more. @example when(atLeast(scored.auc, 0.8), () => register('late', model)) */
export const atLeast = (ref: Ref<number>, value: number): RunCondition => compare(ref, 'at-least', value)

/** Holds when a number of the run is less than `value`. @example when(lessThan(counted.rows, 100), () => fetchMore({})) */
export const lessThan = (ref: Ref<number>, value: number): RunCondition => compare(ref, 'less', value)

/** Holds when a number of the run is `value` or less. @example when(atMost(drifted.share, 0.1), () => keep({ model })) */
export const atMost = (ref: Ref<number>, value: number): RunCondition => compare(ref, 'at-most', value)

const OPPOSITES = {
  equal: 'not-equal',
  'not-equal': 'equal',
  less: 'at-least',
  'at-least': 'less',
  greater: 'at-most',
  'at-most': 'greater',
} as const satisfies { readonly [Is in Condition['is']]: Condition['is'] }

/**
 * Holds when the condition does not, as long as its value is there: a step that was skipped fulfils neither.
 *
 * @example when(not(passed), () => explain({ report }))
 */
export function not(condition: Ref<boolean> | RunCondition): RunCondition {
  const { ref, is, value } = conditionOf(condition)
  return { [CONDITION]: { ref, is: OPPOSITES[is], value } }
}

/** A condition as the graph keeps it; a boolean ref means that it is true. @throws RegiaError `PIPELINE_INVALID` for anything else. */
export function conditionOf(condition: Ref<boolean> | RunCondition): SourceCondition {
  if (isRef(condition)) return { ref: sourceOf(condition), is: 'equal', value: true }
  if (typeof condition === 'object' && condition !== null && CONDITION in condition) return condition[CONDITION]
  throw new RegiaError('PIPELINE_INVALID', `A condition is neither a ref nor a comparison; got ${typeof condition}.`, {
    hint: 'Give a boolean output, such as passed of a gate, or compare one: atLeast(scored.auc, 0.8).',
  })
}
