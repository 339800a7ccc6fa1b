import { type GraphStep, type PlanStep, stepsNeededBy } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { cacheKey, type KeyParts, keyParts } from './cache-key.ts'
import { findEntry, findLastParts } from './cache-store.ts'
import { changesBetween, decide } from './explain-decision.ts'
import { nextStep, type StepState } from './next-steps.ts'
import { inputArtifacts } from './resolve-inputs.ts'
import type { Params } from './resolve-params.ts'
import type { ResolvedRefs } from './resolve-refs.ts'
import type { OrderedVersion } from './version-store.ts'

/** What each step would do if a run began now. What depends on a step that will run cannot be known before it has. */
export async function planRun(
  connection: Connection,
  version: OrderedVersion,
  params: Params,
  refs: ResolvedRefs,
): Promise<readonly PlanStep[]> {
  const states = new Map<string, StepState>(version.ordered.map(({ id }) => [id, { status: 'waiting', outputs: {} }]))
  const plan: PlanStep[] = []
  for (const step of version.ordered) {
    const before = await findLastParts(connection, version.pipeline, step.id)
    const next = nextStep(step, states, params)
    if (next === 'skip') {
      states.set(step.id, { status: 'skipped', outputs: {} })
      plan.push({ step: step.id, action: 'cached', reason: 'Skipped: its condition is false.', changed: [] })
    } else if (next === 'ready') {
      const parts = keyParts(step, inputArtifacts(step, { params, refs, states }), version.graph.lockfileDigest)
      const entry = step.cache ? await findEntry(connection, cacheKey(parts)) : undefined
      const { hit, reason, changed } = decide({
        parts,
        before,
        source: entry,
        isCacheable: step.cache,
        usesCache: true,
      })
      if (entry) states.set(step.id, { status: 'cached', outputs: entry.outputs })
      plan.push({ step: step.id, action: hit ? 'cached' : 'run', reason, changed })
    } else plan.push(unknownStep(step, version, before, states))
  }
  return plan
}

function unknownStep(
  step: GraphStep,
  version: OrderedVersion,
  before: KeyParts | undefined,
  states: ReadonlyMap<string, StepState>,
): PlanStep {
  if (!before) return { step: step.id, action: 'run', reason: 'This step has not run before.', changed: [] }
  const open = stepsNeededBy(step).filter((id) => states.get(id)?.status === 'waiting')
  // Without its inputs the parts that are known (code, lockfile, outputs, checks) can still have changed.
  const known = keyParts({ ...step, inputs: {} }, {}, version.graph.lockfileDigest)
  const changed = changesBetween(withoutInputs(before), known)
  const reason = `It depends on what ${open.map((id) => `"${id}"`).join(', ')} will make.`
  return { step: step.id, action: 'unknown', reason, changed }
}

const withoutInputs = (parts: KeyParts): KeyParts =>
  Object.fromEntries(Object.entries(parts).filter(([part]) => !part.startsWith('input ')))
