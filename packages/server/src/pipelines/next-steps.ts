import type { Artifact, GraphStep, StepStatus } from '@regia/core'
import { conditionState } from './conditions.ts'
import { togetherState } from './ref-state.ts'
import type { InputSources } from './resolve-inputs.ts'

/** As much of a step run as the decision needs. */
export type StepState = {
  readonly status: StepStatus
  readonly outputs: Readonly<Record<string, Artifact>>
}
export type StepStates = ReadonlyMap<string, StepState>

/**
 * What can become of a step that waits:
 * `ready`: all that it needs is there · `wait`: not yet · `skip`: a condition is false, or something that it needs was skipped ·
 * `stop`: something that it needs failed or was cancelled, so it can never run.
 */
export type NextStep = 'ready' | 'wait' | 'skip' | 'stop'

const AFTER_CONDITIONS = { false: 'skip', wait: 'wait', stopped: 'stop' } as const
const AFTER_INPUTS = { there: 'ready', wait: 'wait', skipped: 'skip', stopped: 'stop' } as const

/** Conditions come first: a step that is not wanted does not wait for its inputs, nor does it matter what became of them. */
export function nextStep(step: GraphStep, sources: InputSources): NextStep {
  const condition = conditionState(step.when, sources)
  if (condition !== 'true') return AFTER_CONDITIONS[condition]
  return AFTER_INPUTS[togetherState(Object.values(step.inputs), sources.states)]
}
