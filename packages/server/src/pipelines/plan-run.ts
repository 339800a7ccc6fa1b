import type { GraphStep, PlanStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { codeFileParts, type KeyParts, keyParts } from './cache-key.ts'
import { changesBetween } from './explain-decision.ts'
import { type Foreseen, foresee } from './foresee.ts'
import { LastParts } from './last-parts.ts'
import { foreseeElements } from './map/foresee-elements.ts'
import { type ReuseDeps, reuseOutputs } from './reuse-outputs.ts'
import type { RunRequest } from './run-request.ts'
import { LEFT_OUT, type TakenStep } from './taken-step.ts'

/**
 * What each step would do if a run began now. What depends on a step that will run cannot be known before it has.
 *
 * @throws RegiaError `STEP_INPUT_MISSING` where the run could not begin.
 */
export async function planRun(
  connection: Connection,
  request: RunRequest,
  nowMs: number,
  deps: ReuseDeps,
): Promise<readonly PlanStep[]> {
  const { version, selected } = request
  const reused = await reuseOutputs(connection, request, nowMs, deps)
  const leftOut = version.ordered.filter(({ id }) => !selected.has(id) && !reused.has(id))
  const taken = new Map([...leftOut.map(({ id }) => [id, LEFT_OUT] as const), ...reused])
  const foreseen = await foresee(connection, request, taken, nowMs)
  const lastParts = new LastParts(connection, version.pipeline)
  const plan: PlanStep[] = []
  for (const step of version.ordered) {
    const known = taken.get(step.id)
    if (known) {
      plan.push(takenStep(step.id, known))
      continue
    }
    const planned = planStep(step, foreseen.get(step.id), await lastParts.find(step.id), request)
    const elements = await elementsOf(connection, step, foreseen.get(step.id), request, nowMs)
    plan.push(elements === undefined ? planned : { ...planned, reason: `${planned.reason} ${elements}` })
  }
  return plan
}

/** Of a mapped step that runs, most elements may be in the cache all the same. */
async function elementsOf(
  connection: Connection,
  step: GraphStep,
  foreseen: Foreseen | undefined,
  { version }: RunRequest,
  nowMs: number,
): Promise<string | undefined> {
  const known = foreseen?.known
  if (!step.map || !known || known.entry || known.use !== 'yes') return undefined
  return foreseeElements(connection, step, known.inputs, version.graph.lockfileDigest, nowMs)
}

const takenStep = (step: string, { status, decision }: TakenStep): PlanStep =>
  status === 'cached'
    ? { step, action: 'reused', reason: decision?.reason ?? 'Not selected; its last outputs are taken.', changed: [] }
    : { step, action: 'skipped', reason: 'Not selected, and no selected step needs it.', changed: [] }

function planStep(
  step: GraphStep,
  foreseen: Foreseen | undefined,
  before: KeyParts | undefined,
  { version }: RunRequest,
): PlanStep {
  if (foreseen?.next === 'skip') {
    return { step: step.id, action: 'skipped', reason: skipReason(step), changed: [] }
  }
  if (foreseen?.known) {
    const { hit, reason, changed } = foreseen.known.decision
    return { step: step.id, action: hit ? 'cached' : 'run', reason, changed }
  }
  if (!before) return { step: step.id, action: 'run', reason: 'This step has not run before.', changed: [] }
  // Without its inputs the parts that are known (code, lockfile, outputs, checks) can still have changed.
  const known = { ...keyParts({ ...step, inputs: {} }, {}, version.graph.lockfileDigest), ...codeFileParts(step) }
  const open = (foreseen?.open ?? []).map((id) => `"${id}"`).join(', ')
  const reason = `It depends on what ${open} will make.`
  return { step: step.id, action: 'unknown', reason, changed: changesBetween(withoutInputs(before), known) }
}

const skipReason = ({ when }: GraphStep): string =>
  when.length > 0 ? 'A condition is false, or what it needs is skipped.' : 'What it needs is skipped.'

const withoutInputs = (parts: KeyParts): KeyParts =>
  Object.fromEntries(Object.entries(parts).filter(([part]) => !part.startsWith('input ')))
