import { type Condition, canonicalJson, fieldAt, type PortRef } from '@regia/core'
import { chosenRef, refState } from './ref-state.ts'
import type { InputSources } from './resolve-inputs.ts'
import { refKey } from './resolve-refs.ts'

/** `stopped`: what a condition looks at will never be there. */
export type ConditionState = 'true' | 'false' | 'wait' | 'stopped'

/** Of conditions that must all hold. One that is false settles it, whatever becomes of the others: the answer does not depend on their order. */
export function conditionState(conditions: readonly Condition[], sources: InputSources): ConditionState {
  const each = conditions.map((condition) => stateOf(condition, sources))
  if (each.includes('false')) return 'false'
  if (each.includes('wait')) return 'wait'
  return each.includes('stopped') ? 'stopped' : 'true'
}

function stateOf(condition: Condition, sources: InputSources): ConditionState {
  const state = refState(condition.ref, sources.states)
  if (state === 'wait' || state === 'stopped') return state
  // What was skipped has no value, and that fulfils nothing.
  return state === 'there' && holds(condition, valueBehind(condition.ref, sources)) ? 'true' : 'false'
}

function holds({ is, value }: Condition, got: unknown): boolean {
  if (got === undefined) return false
  if (is === 'equal') return canonicalJson(got) === canonicalJson(value)
  if (is === 'not-equal') return canonicalJson(got) !== canonicalJson(value)
  if (typeof got !== 'number' || typeof value !== 'number') return false
  return { less: got < value, 'at-most': got <= value, greater: got > value, 'at-least': got >= value }[is]
}

function valueBehind(ref: PortRef, sources: InputSources): unknown {
  const { params, refs, states } = sources
  switch (ref.from) {
    case 'step':
      return fieldAt(states.get(ref.step)?.outputs[ref.output]?.value, ref.path)
    case 'param':
      return fieldAt(params[ref.name], ref.path)
    case 'value':
      return ref.value
    case 'either': {
      const chosen = chosenRef(ref, states)
      return chosen.from === 'either' ? undefined : valueBehind(chosen, sources)
    }
    case 'catalog':
      return fieldAt(refs.artifacts[refKey(ref)]?.value, ref.path)
    default:
      return undefined
  }
}
