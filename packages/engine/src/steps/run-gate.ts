import {
  type CheckResult,
  createRng,
  type EvaluatedModel,
  RegiaError,
  type Report,
  runChecks,
  type StepManifest,
  type StepResult,
  type Table,
} from '@regia/core'
import type { ModelSession, OpenedPackage } from '../models/index.ts'
import type { StepModels } from './model-files.ts'
import type { StepData } from './step-data.ts'
import type { StepContext } from './step-definition.ts'
import type { StepEvents } from './step-events.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** Graph and training code may differ by what 32-bit floats round, and no more. */
const MAX_PARITY_ERROR = 1e-5
const MAX_SLICE_COLUMNS = 3

/**
 * Runs the checks of a gate over a packaged model and a test table, and compares graph and training code on every row of it.
 *
 * @throws RegiaError `STEP_INPUT_MISSING` without model or table, and what evaluation throws.
 */
export async function runGate(
  manifest: StepManifest,
  context: StepContext,
  { data, models }: { readonly data: StepData; readonly models: StepModels },
  events: Pick<StepEvents, 'started'>,
): Promise<Outputs> {
  const { opened, session } = await models.openPackage(getPath(manifest, 'model'))
  const previousPath = manifest.inputs.previous?.artifacts[0]?.path
  const previous = previousPath === undefined ? undefined : (await models.openPackage(previousPath)).session
  const test = await (await data.handleOf(getPath(manifest, 'test'))).read()
  const { target, inputs } = session.signature
  events.started()
  const report = await runChecks(
    { name: manifest.step, checks: manifest.checks ?? [] },
    {
      model: evaluated(session),
      ...(previous && { previous: evaluated(previous) }),
      test,
      target,
      rng: createRng(manifest.seed),
      now: Date.now,
      sliceColumns: inputs.flatMap(({ name, type }) => (type === 'string' ? [name] : [])).slice(0, MAX_SLICE_COLUMNS),
      onResult: tellResults(context, manifest.checks?.length ?? 0),
    },
  )
  const whole = await withParity(report, opened, session, test)
  for (const [name, { value }] of Object.entries(whole.metrics)) context.metric(name, value)
  return { passed: { kind: 'value', value: whole.passed }, report: { kind: 'report', value: whole } }
}

function tellResults(context: StepContext, total: number): (result: CheckResult) => void {
  let done = 0
  return ({ name, status, message }) => {
    done++
    context.log(`${status}: ${name}: ${message}`)
    context.progress(done / Math.max(1, total), name)
  }
}

/** Every row, not a sample: the one row where graph and training code part is the one that matters. */
async function withParity(report: Report, opened: OpenedPackage, session: ModelSession, test: Table): Promise<Report> {
  const parity = await parityOf(opened, session, test)
  if (!parity) return report
  const isEqual = parity.maxError <= MAX_PARITY_ERROR
  const check: CheckResult = {
    kind: 'parity',
    name: 'graph equals training code',
    status: isEqual ? 'passed' : 'failed',
    message: `The largest difference over ${parity.rowCount} rows is ${parity.maxError.toExponential(1)}; ${MAX_PARITY_ERROR} is allowed.`,
    value: parity.maxError,
    threshold: MAX_PARITY_ERROR,
    n: parity.rowCount,
  }
  return { ...report, parity, checks: [...report.checks, check], passed: report.passed && isEqual }
}

/**
 * How far graph and training code are apart on the test rows. A transform of the project's own is known only where the model was trained:
 * of such a model the package says what was measured there.
 */
async function parityOf(
  opened: OpenedPackage,
  session: ModelSession,
  test: Table,
): Promise<{ readonly maxError: number; readonly rowCount: number } | undefined> {
  const { measureParity } = await import('../models/index.ts')
  try {
    const fitted = opened.readTraining()
    return fitted && (await measureParity(fitted, session.predictTable, test))
  } catch (error) {
    if (error instanceof RegiaError && isUnknownKind(error.cause)) return opened.manifest.parity
    throw error
  }
}

const isUnknownKind = (cause: unknown): boolean => cause instanceof RegiaError && cause.code === 'NOT_FOUND'

const evaluated = (session: ModelSession): EvaluatedModel => ({
  classes: session.signature.classes,
  positive: session.signature.positive,
  predict: async (table) => {
    const { probabilities, scores } = await session.predictTable(table)
    return probabilities ? { probabilities } : { values: scores }
  },
})

function getPath({ inputs, step }: StepManifest, name: string): string {
  const path = inputs[name]?.artifacts[0]?.path
  if (path !== undefined) return path
  throw new RegiaError('STEP_INPUT_MISSING', `The gate "${step}" got no ${name}.`, {
    where: step,
    hint: 'Wire a model and a test table: gate(checks, { model, test }).',
  })
}
