import type { PortRef } from '@regia/core'
import type { StepStates } from './next-steps.ts'

/**
 * How it stands with what a reference means: `there`, or not yet (`wait`); `skipped` when the step that makes it was, `stopped` when that
 * step failed or was cancelled, so that it will never be there.
 */
export type RefState = 'there' | 'wait' | 'skipped' | 'stopped'

export function refState(ref: PortRef, states: StepStates): RefState {
  switch (ref.from) {
    case 'step':
      return stateOfStep(ref.step, states)
    case 'list':
      return togetherState(ref.items, states)
    case 'either':
      return eitherState(ref.items, states)
    default:
      return 'there'
  }
}

/** Of references that are all needed. A failure among them wins over a skip: the run is to show it. */
export function togetherState(refs: readonly PortRef[], states: StepStates): RefState {
  const each = refs.map((ref) => refState(ref, states))
  if (each.includes('stopped')) return 'stopped'
  if (each.includes('skipped')) return 'skipped'
  return each.includes('wait') ? 'wait' : 'there'
}

/** The alternative that an `either` means: the first that was not skipped; lists and plain references stand for themselves. */
export function chosenRef(ref: PortRef, states: StepStates): PortRef {
  if (ref.from !== 'either') return ref
  const chosen = ref.items.find((item) => refState(item, states) !== 'skipped')
  return chosen ? chosenRef(chosen, states) : ref
}

/** An arm that was skipped is passed over; one that is still open is waited for, so that the answer does not depend on who is faster. */
function eitherState(items: readonly PortRef[], states: StepStates): RefState {
  for (const item of items) {
    const state = refState(item, states)
    if (state !== 'skipped') return state
  }
  return 'skipped'
}

function stateOfStep(id: string, states: StepStates): RefState {
  const status = states.get(id)?.status
  switch (status) {
    case undefined:
      throw new Error(`unreachable: step "${id}" has no state`)
    case 'succeeded':
    case 'cached':
      return 'there'
    case 'skipped':
      return 'skipped'
    case 'failed':
    case 'cancelled':
      return 'stopped'
    default:
      return 'wait'
  }
}
