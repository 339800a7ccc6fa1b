import { type Artifact, type GraphStep, refsOfStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { LastParts } from './last-parts.ts'
import { type LookUp, lookUpResult } from './look-up-result.ts'
import { type NextStep, nextStep, type StepState } from './next-steps.ts'
import { inputArtifacts } from './resolve-inputs.ts'
import { type ResolvedRefs, refKey } from './resolve-refs.ts'
import type { RunRequest } from './run-request.ts'
import type { TakenSteps } from './taken-step.ts'

/** What would become of a step if the run began now. */
export type Foreseen = {
  /** `wait`: it depends on what a step will make. */
  readonly next: NextStep
  /** Of a step whose inputs are known. */
  readonly known?: LookUp & { readonly inputs: Readonly<Record<string, Artifact>> }
  /** Steps that must run before more can be said. */
  readonly open: readonly string[]
}

/** Walks the graph in the order of need and looks into the cache as far as inputs are known. Steps that are taken over count as done. */
export async function foresee(
  connection: Connection,
  request: RunRequest,
  taken: TakenSteps,
  nowMs: number,
): Promise<ReadonlyMap<string, Foreseen>> {
  const { version, params, refs } = request
  const lastParts = new LastParts(connection, version.pipeline)
  const states = new Map<string, StepState>(
    version.ordered.map(({ id }) => [id, taken.get(id) ?? { status: 'waiting', outputs: {} }]),
  )
  const sources = { params, refs, states }
  const foreseen = new Map<string, Foreseen>()
  for (const step of version.ordered) {
    if (taken.has(step.id)) continue
    const next = areRefsKnown(step, refs) ? nextStep(step, sources) : 'wait'
    if (next === 'skip') states.set(step.id, { status: 'skipped', outputs: {} })
    if (next !== 'ready') {
      foreseen.set(step.id, { next, open: openNeeds(step, states) })
      continue
    }
    const inputs = inputArtifacts(step, sources)
    const found = await lookUpResult(connection, request, step, inputs, lastParts, nowMs)
    if (found.entry) states.set(step.id, { status: 'cached', outputs: found.entry.outputs })
    foreseen.set(step.id, { next, open: [], known: { ...found, inputs } })
  }
  return foreseen
}

/** A dataset or model that only steps left out refer to need not be there. */
const areRefsKnown = (step: GraphStep, { artifacts }: ResolvedRefs): boolean =>
  refsOfStep(step).every(
    (ref) => (ref.from !== 'dataset' && ref.from !== 'model' && ref.from !== 'catalog') || refKey(ref) in artifacts,
  )

const openNeeds = (step: GraphStep, states: ReadonlyMap<string, StepState>): readonly string[] => [
  ...new Set(
    refsOfStep(step).flatMap((ref) =>
      ref.from === 'step' && states.get(ref.step)?.status === 'waiting' ? [ref.step] : [],
    ),
  ),
]
