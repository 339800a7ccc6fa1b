import {
  type Artifact,
  type Digest,
  type Lineage,
  RegiaError,
  type Report,
  type RunId,
  reportSchema,
} from '@regia/core'
import { decodeJson } from '../database/json-text.ts'
import { inputArtifacts, valueArtifact } from './resolve-inputs.ts'
import type { RunWork } from './run-work.ts'
import type { StepCarrier } from './step-carriers.ts'

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

/** Registers the model of a register step with what stands behind it. */
export const registerModel =
  (registrar: Registrar): StepCarrier =>
  async (work, step) => {
    const { version, isNew } = await registrar.register(registrationOf(work, step.id))
    const value = valueArtifact({ model: step.register?.model, version })
    const outputs = Object.fromEntries(Object.keys(step.outputs).map((name) => [name, value]))
    if (isNew) return { outputs }
    return { outputs, alreadyDone: `The registry has this package already, as version ${version}.` }
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
