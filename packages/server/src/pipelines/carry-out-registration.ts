import {
  type Artifact,
  type Digest,
  type ErrorBody,
  type Lineage,
  RegiaError,
  type Report,
  type RunId,
  reportSchema,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import { failAttempt, succeedStep } from './finish-step.ts'
import type { Orchestrator } from './orchestrator.ts'
import { inputArtifacts, valueArtifact } from './resolve-inputs.ts'
import { changeLastAttempt, type RunWork } from './run-work.ts'

export type Registration = {
  readonly model: string
  readonly alias: string
  readonly packageDigest: Digest
  readonly report: Report | undefined
  readonly lineage: Lineage
  readonly by: string
  readonly reason: string
}

/** What pipelines ask of the registry. The same package again is the same version, so that a step that is repeated does no harm. */
export type Registrar = {
  readonly register: (registration: Registration) => Promise<{ readonly version: number; readonly isNew: boolean }>
}

/** Carries out a register step of a run. It is done outside a transaction and recorded after; one that a crash cuts short is done again at the next start. */
export async function carryOutRegistration(
  {
    database,
    orchestrator,
    registrar,
  }: { readonly database: Database; readonly orchestrator: Orchestrator; readonly registrar: Registrar },
  runId: string,
  stepId: string,
): Promise<void> {
  const work = await orchestrator.load(database, runId)
  if (work.row(stepId).status !== 'running') return
  const outcome = await attemptRegistration(registrar, work, stepId)
  await orchestrator.change(async (connection, now) => {
    const current = await orchestrator.load(connection, runId)
    const step = current.step(stepId)
    if (current.row(stepId).status !== 'running') return { changed: [], reply: undefined }
    if ('error' in outcome)
      failAttempt(current, step, { status: 'failed', error: outcome.error, isRetryable: false }, now)
    else {
      const value = valueArtifact({ model: step.register?.model, version: outcome.version })
      const outputs = Object.fromEntries(Object.keys(step.outputs).map((name) => [name, value]))
      if (outcome.isNew) await succeedStep(connection, current, stepId, outputs, now)
      else markKnown(current, stepId, outputs, outcome.version, now.iso)
    }
    return { changed: [current], reply: undefined }
  })
}

type Outcome = { readonly version: number; readonly isNew: boolean } | { readonly error: ErrorBody }

async function attemptRegistration(registrar: Registrar, work: RunWork, stepId: string): Promise<Outcome> {
  try {
    return await registrar.register(registrationOf(work, stepId))
  } catch (error) {
    if (error instanceof RegiaError) return { error: error.toBody() }
    throw error
  }
}

/** The registry had the package already: nothing was done, which is what "cached" says. */
function markKnown(
  work: RunWork,
  stepId: string,
  outputs: Readonly<Record<string, Artifact>>,
  version: number,
  now: string,
): void {
  const row = work.row(stepId)
  const { cache } = row
  const reason = `The registry has this package already, as version ${version}.`
  work.patch(stepId, {
    status: 'cached',
    outputs: encodeJson(outputs),
    attempts: encodeJson(changeLastAttempt(row, { status: 'succeeded', finishedAt: now })),
    ...(cache !== null && { cache: encodeJson({ ...decodeJson(cache), hit: true, reason }) }),
    finished_at: now,
  })
}

function registrationOf(work: RunWork, stepId: string): Registration {
  const step = work.step(stepId)
  const inputs = inputArtifacts(step, work.sources)
  const target = step.register
  const model = Object.values(inputs).find(({ kind }) => kind === 'model')
  if (!target || !model) {
    throw new RegiaError('STEP_INPUT_MISSING', `Step "${stepId}" registers a model, but none of its inputs is one.`, {
      where: step.definedAt ?? stepId,
    })
  }
  const { run, sources } = work
  return {
    model: target.model,
    alias: target.alias,
    packageDigest: model.digest,
    report: findReport(work, inputs, model.digest),
    lineage: {
      // The column is filled from the id factory only.
      runId: run.id as RunId,
      pipeline: { name: run.pipeline, version: run.pipeline_version },
      datasets: [...sources.refs.datasets],
      codeDigest: work.version.bundleDigest,
      params: sources.params,
      artifacts: artifactsBehind(work, model.digest),
    },
    by: `${run.pipeline} #${run.number}`,
    reason: `Registered by run ${run.pipeline} #${run.number}.`,
  }
}

/** The report wired in, else that of a gate of this run that judged this model. */
function findReport(work: RunWork, inputs: Readonly<Record<string, Artifact>>, model: Digest): Report | undefined {
  const wired = Object.values(inputs).find(({ kind }) => kind === 'report')
  const artifact =
    wired ??
    gatesOf(work, model)
      .flatMap(({ outputs }) => Object.values(outputs))
      .find(({ kind }) => kind === 'report')
  return reportSchema.safeParse(artifact?.value).data
}

/** Under port names: the inputs of the step that made the model, and of the gates that judged it, such as the table of the test. */
function artifactsBehind(work: RunWork, model: Digest): Record<string, Digest> {
  const maker = [...work.rows].find(({ step }) =>
    Object.values(work.sources.states.get(step)?.outputs ?? {}).some(({ digest }) => digest === model),
  )
  const inputs = [...(maker ? [decodeJson(maker.inputs)] : []), ...gatesOf(work, model).map((gate) => gate.inputs)]
  return Object.fromEntries(
    inputs
      .flatMap((each) => Object.entries(each))
      .filter(([, { kind }]) => kind !== 'value')
      .map(([name, { digest }]) => [name, digest]),
  )
}

function gatesOf(work: RunWork, model: Digest) {
  return [...work.rows]
    .filter(({ step }) => work.step(step).kind === 'gate')
    .map(({ step, inputs }) => ({ inputs: decodeJson(inputs), outputs: work.sources.states.get(step)?.outputs ?? {} }))
    .filter(({ inputs }) => Object.values(inputs).some(({ digest }) => digest === model))
}
