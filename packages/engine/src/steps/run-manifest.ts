import { createRng, isDefinition, RegiaError, type StepManifest, type StepResult } from '@regia/core'
import { importUserCode } from '../bundling/load-user-code.ts'
import { userCodeError } from '../bundling/user-code-error.ts'
import { type ProgramHost, runCommand } from './command/run-command.ts'
import { runNotebook } from './command/run-notebook.ts'
import { openStepModels } from './model-files.ts'
import { runGate } from './run-gate.ts'
import { openStepData, type StepData } from './step-data.ts'
import type { PipelineDefinition, Progress, StepContext, StepDefinition } from './step-definition.ts'
import type { StepEvents } from './step-events.ts'
import { readInputs, type StepFiles } from './step-inputs.ts'
import { writeOutputs } from './step-outputs.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** Does what a manifest says. Never rejects: what fails is the result. */
export async function runManifest(
  manifest: StepManifest,
  events: StepEvents,
  signal: AbortSignal,
  host: ProgramHost,
): Promise<StepResult> {
  const data = openStepData({ dir: manifest.outputDir, cpu: manifest.cpu, memoryMb: manifest.memoryMb, signal })
  const files = { data, models: openStepModels() }
  const context = createContext(manifest, events, data, signal)
  const kinds: { readonly [kind: string]: () => Promise<Outputs> } = {
    code: () => runCode(manifest, context, files, events),
    gate: () => runGate(manifest, context, files, events),
    command: () => runCommand(manifest, { data, events, signal, host }),
    notebook: () => runNotebook(manifest, { data, events, signal, host }),
  }
  try {
    const run = kinds[manifest.kind]
    if (!run) throw notOurs(manifest)
    const outputs = await run()
    return { status: 'succeeded', outputs }
  } catch (error) {
    return failedResult(error, manifest)
  } finally {
    await files.models.close()
  }
}

const notOurs = ({ kind, step }: StepManifest): RegiaError =>
  new RegiaError('PIPELINE_INVALID', `A step of kind "${kind}" is not run by a worker.`, {
    where: step,
    hint: 'Run a worker of the same version as the server.',
  })

/** What was thrown, as a result. A retry may help where the outside world or the user's code failed, not where the shape is wrong. */
export function failedResult(thrown: unknown, manifest: StepManifest): StepResult {
  const error = userCodeError(thrown, `Step "${manifest.step}"`, manifest.projectDir)
  return { status: 'failed', error, isRetryable: RETRYABLE.has(error.code) }
}

const RETRYABLE = new Set<string>([
  'USER_CODE_FAILED',
  'STEP_CRASHED',
  'TIMEOUT',
  'UNAVAILABLE',
  'BLOB_CORRUPT',
  'HOME_NOT_WRITABLE',
])

async function runCode(manifest: StepManifest, context: StepContext, files: StepFiles, events: StepEvents) {
  const exports = await importUserCode(manifest.bundlePath, manifest.projectDir)
  const definition = findStep(exports, manifest)
  const inputs = await readInputs(definition, manifest, files)
  events.started()
  const returned = await definition.execute(inputs, context)
  return writeOutputs(definition, returned, manifest, files.data)
}

function findStep(
  exports: Readonly<Record<string, unknown>>,
  { step, stepName, bundlePath }: StepManifest,
): StepDefinition {
  const values = Object.values(exports)
  const ofPipelines = values.filter(isPipeline).map(({ steps }) => steps.get(stepName))
  const found = ofPipelines.find(Boolean) ?? values.find((value) => isStep(value) && value.stepName === stepName)
  if (isStep(found)) return found
  throw new RegiaError('PIPELINE_INVALID', `The code has no step "${stepName}".`, {
    where: step,
    hint: 'Deploy the pipeline again; its graph and its code do not belong together.',
    data: { bundlePath },
  })
}

const isStep = (value: unknown): value is StepDefinition => isDefinition(value, 'step')
const isPipeline = (value: unknown): value is PipelineDefinition => isDefinition(value, 'pipeline')

function createContext(manifest: StepManifest, events: StepEvents, data: StepData, signal: AbortSignal): StepContext {
  return {
    log: (text) => events.log('stdout', String(text)),
    progress: (progress, message) => events.progress(fractionOf(progress), message),
    metric: (name, value, step = 0) => events.metric(name, value, step),
    seed: manifest.seed,
    rng: createRng(manifest.seed),
    dir: manifest.outputDir,
    signal,
    sql: (text, options) => data.sql(text, options?.tables ?? {}),
  }
}

const fractionOf = (progress: Progress): number =>
  typeof progress === 'number' ? progress : progress.done / Math.max(1, progress.total)
