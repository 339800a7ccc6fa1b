import { type Artifact, type GraphStep, type PortRef, RegiaError, type StepStatus } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import { type Foreseen, foresee } from './foresee.ts'
import type { RunRequest } from './run-request.ts'
import { hasOutputs, LEFT_OUT, type TakenStep, type TakenSteps, takeStep } from './taken-step.ts'

export type ReuseDeps = { readonly hasBlob: (digest: Artifact['digest']) => Promise<boolean> }

/** What a run takes from elsewhere for a step that it does not select. `age` is the number of the run behind it; none from the cache. */
type Found = TakenStep & { readonly age?: number }

/**
 * What selected steps need of steps that are not selected: from the cache, else from the newest run in which the step finished.
 *
 * @throws RegiaError `STEP_INPUT_MISSING` naming the first step of which there is nothing.
 */
export async function reuseOutputs(
  connection: Connection,
  request: RunRequest,
  nowMs: number,
  deps: ReuseDeps,
): Promise<TakenSteps> {
  if (request.needed.size === 0) return new Map()
  const foreseen = await foresee(connection, request, new Map(), nowMs)
  const found = new Map<string, Found>()
  for (const id of request.needed) {
    const each = fromCache(foreseen.get(id)) ?? (await fromNewestRun(connection, request, id, deps))
    if (each) found.set(id, each)
    else if (request.version.stepsById.get(id)?.kind === 'approve') throw answerToAnother(id)
  }
  chooseAlternatives(request, found)
  const missing = [...request.needed].find((id) => !found.has(id))
  if (missing !== undefined) throw nothingToTake(request, missing)
  return found
}

function fromCache(foreseen: Foreseen | undefined): Found | undefined {
  if (foreseen?.next === 'skip') return LEFT_OUT
  const { entry, decision, inputs } = foreseen?.known ?? {}
  if (!entry || !decision || !inputs) return undefined
  const reason = `Not selected; its outputs are those of ${entry.pipeline} #${entry.number}, from the cache.`
  return { status: 'cached', inputs, outputs: entry.outputs, metrics: entry.metrics, decision: { ...decision, reason } }
}

const FINISHED: readonly StepStatus[] = ['succeeded', 'cached']
/** How many runs are looked through for one whose outputs are all there still. */
const MAX_RUNS = 20

async function fromNewestRun(
  connection: Connection,
  { version: { pipeline, stepsById } }: RunRequest,
  step: string,
  { hasBlob }: ReuseDeps,
): Promise<Found | undefined> {
  const { kind, outputs } = stepsById.get(step) ?? {}
  if (kind === 'approve') return undefined
  const rows: readonly (Tables['step_run'] & { readonly number: number })[] = await connection
    .selectFrom('step_run')
    .innerJoin('run', 'run.id', 'step_run.run_id')
    .selectAll('step_run')
    .select('run.number')
    .where('run.pipeline', '=', pipeline)
    .where('step_run.step', '=', step)
    .where('step_run.status', 'in', FINISHED)
    .orderBy('run.number', 'desc')
    .limit(MAX_RUNS)
    .execute()
  for (const { number, ...row } of rows) {
    // Another version of the step may have made something else.
    const made = decodeJson(row.outputs)
    if (!Object.keys(outputs ?? {}).every((name) => name in made) || !(await hasOutputs(row, hasBlob))) continue
    const reason = `Not selected; its outputs are those of ${pipeline} #${number}, the last run in which it finished.`
    return { ...(await takeStep(connection, row, reason)), age: number }
  }
  return undefined
}

/** Of alternatives only one was wanted in each run: what the newest run left stands, and one of which there is nothing may be missing. */
function chooseAlternatives({ version, selected }: RunRequest, found: Map<string, Found>): void {
  const steps = [...selected].flatMap((id) => version.stepsById.get(id) ?? [])
  const plain = new Set(steps.flatMap(refsOf).flatMap(plainSteps))
  for (const arms of steps.flatMap(refsOf).flatMap(alternatives)) {
    const known = arms.filter((id) => found.has(id))
    if (known.length === 0 && !arms.some((id) => selected.has(id))) continue
    const newest = Math.max(...known.map((id) => found.get(id)?.age ?? Number.POSITIVE_INFINITY))
    for (const id of arms) {
      if (plain.has(id) || selected.has(id)) continue
      const age = found.get(id)?.age
      if (!found.has(id) || (age !== undefined && age < newest)) found.set(id, LEFT_OUT)
    }
  }
}

const refsOf = (step: GraphStep): readonly PortRef[] => [
  ...Object.values(step.inputs),
  ...step.when.map(({ ref }) => ref),
]

/** Steps whose output is needed whatever else there is. */
function plainSteps(ref: PortRef): readonly string[] {
  if (ref.from === 'step') return [ref.step]
  return ref.from === 'list' ? ref.items.flatMap(plainSteps) : []
}

/** The steps of each choice within a reference. */
function alternatives(ref: PortRef): readonly (readonly string[])[] {
  if (ref.from === 'list') return ref.items.flatMap(alternatives)
  if (ref.from !== 'either') return []
  return [ref.items.flatMap(plainSteps), ...ref.items.flatMap(alternatives)]
}

/** What a person said of other data is no answer to this run. */
const answerToAnother = (step: string): RegiaError =>
  new RegiaError('STEP_INPUT_MISSING', `What "${step}" asks a person is needed, but the selection leaves it out.`, {
    where: 'selection',
    hint: `Select "${step}" too: an answer holds for the run in which it was given.`,
    data: { step },
  })

function nothingToTake({ version, selected }: RunRequest, missing: string): RegiaError {
  const by = [...selected].find((id) => {
    const step = version.stepsById.get(id)
    return step && refsOf(step).some((ref) => [...plainSteps(ref), ...alternatives(ref).flat()].includes(missing))
  })
  return new RegiaError(
    'STEP_INPUT_MISSING',
    `Step "${by}" needs what "${missing}" makes; "${missing}" is not selected, and no run of pipeline "${version.pipeline}" has left its outputs.`,
    {
      where: 'selection',
      hint: `Select "${missing}" too (--from ${missing}), or run the whole pipeline once.`,
      data: { step: missing },
    },
  )
}
