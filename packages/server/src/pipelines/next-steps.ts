import {
  type Artifact,
  type Condition,
  canonicalJson,
  type GraphStep,
  type PortRef,
  type RunStatus,
  type StepStatus,
  stepsNeededBy,
} from '@regia/core'
import type { Params } from './resolve-params.ts'

/** As much of a step run as the decision needs. */
export type StepState = {
  readonly status: StepStatus
  readonly outputs: Readonly<Record<string, Artifact>>
}
export type StepStates = ReadonlyMap<string, StepState>

/**
 * What can become of a step that waits:
 * `ready`: all that it needs is there · `wait`: not yet · `skip`: its condition is false, or something that it needs was skipped ·
 * `stop`: something that it needs failed or was cancelled, so it can never run.
 */
export type NextStep = 'ready' | 'wait' | 'skip' | 'stop'

export function nextStep(step: GraphStep, states: StepStates, params: Params): NextStep {
  const needed = stepsNeededBy(step).map((id) => statusOf(id, states))
  // A failure anywhere above wins over a skip: the run is to show it.
  if (needed.some((status) => status === 'failed' || status === 'cancelled')) return 'stop'
  if (needed.some((status) => status === 'skipped')) return 'skip'
  if (!needed.every((status) => status === 'succeeded' || status === 'cached')) return 'wait'
  return isConditionMet(step, states, params) ? 'ready' : 'skip'
}

/** Every waiting step that is not to wait on, in the order given. The order must be one of need, so that what a skip or stop means runs down the graph. */
export function nextSteps(
  ordered: readonly GraphStep[],
  states: StepStates,
  params: Params,
): readonly { readonly step: string; readonly next: Exclude<NextStep, 'wait'> }[] {
  const known = new Map(states)
  const decisions: { step: string; next: Exclude<NextStep, 'wait'> }[] = []
  for (const step of ordered) {
    if (statusOf(step.id, known) !== 'waiting') continue
    const next = nextStep(step, known, params)
    if (next === 'wait') continue
    decisions.push({ step: step.id, next })
    if (next === 'skip') known.set(step.id, { status: 'skipped', outputs: {} })
    if (next === 'stop') known.set(step.id, { status: 'cancelled', outputs: {} })
  }
  return decisions
}

const FINISHED: ReadonlySet<StepStatus> = new Set(['succeeded', 'cached', 'skipped', 'failed', 'cancelled'])
export const isFinished = (status: StepStatus): boolean => FINISHED.has(status)

export const isRunOver = (status: RunStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

/** The status of a run from those of its steps. It fails only when nothing runs or can run any more, so that finished work is kept. */
export function runStatus(statuses: readonly StepStatus[]): RunStatus {
  if (statuses.every(isFinished)) {
    if (statuses.includes('failed')) return 'failed'
    return statuses.includes('cancelled') ? 'cancelled' : 'succeeded'
  }
  return statuses.some((status) => status !== 'waiting' && status !== 'queued') ? 'running' : 'queued'
}

const isConditionMet = ({ when }: GraphStep, states: StepStates, params: Params): boolean =>
  when.every((condition) => holds(condition, valueBehind(condition.ref, states, params)))

function holds({ is, value }: Condition, got: unknown): boolean {
  if (got === undefined) return false
  if (is === 'equal') return canonicalJson(got) === canonicalJson(value)
  if (is === 'not-equal') return canonicalJson(got) !== canonicalJson(value)
  if (typeof got !== 'number' || typeof value !== 'number') return false
  return { less: got < value, 'at-most': got <= value, greater: got > value, 'at-least': got >= value }[is]
}

function valueBehind(ref: PortRef, states: StepStates, params: Params): unknown {
  switch (ref.from) {
    case 'step':
      return states.get(ref.step)?.outputs[ref.output]?.value
    case 'param':
      return params[ref.name]
    case 'value':
      return ref.value
    case 'either':
      return ref.items.map((item) => valueBehind(item, states, params)).find((value) => value !== undefined)
    default:
      return undefined
  }
}

function statusOf(id: string, states: StepStates): StepStatus {
  const state = states.get(id)
  if (!state) throw new Error(`unreachable: step "${id}" has no state`)
  return state.status
}
