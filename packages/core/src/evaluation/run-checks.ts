import { type Clock, RegiaError, toIso } from '../kernel/index.ts'
import { getCheckKind } from './checks/index.ts'
import { calibrationCurve, confusionMatrix, precisionRecallCurve, rocCurve, thresholdTable } from './curves.ts'
import { estimateAll } from './estimate.ts'
import { type Evaluation, type EvaluationContext, evaluate } from './evaluation.ts'
import { getMetric } from './metrics/index.ts'
import type { CheckResult, CheckSpec, CheckSuite, Report } from './report.ts'
import { measureSlices, sliceBy } from './slices.ts'

export type RunChecksContext = EvaluationContext & {
  readonly now: Clock
  /** Columns whose slices the report shows, besides those that checks ask for. */
  readonly sliceColumns?: readonly string[]
  /** Called after each check. */
  readonly onResult?: (result: CheckResult) => void
}

/** Slices of a column that a report keeps, worst first. */
const MAX_SLICES_PER_COLUMN = 12

/**
 * Evaluates a model on a test table and runs a suite of checks: the gate of a pipeline.
 *
 * The report passes when no check failed; a skipped one (no previous version to compare with) does not fail it.
 * A check that cannot be run, because a column is missing or a setting is wrong, fails and says why.
 *
 * @throws RegiaError `COLUMN_MISSING` or `DATA_EMPTY` when the test table has no labels, `INVALID_INPUT` when a model's output has another shape;
 * and whatever the model itself throws.
 * @example await runChecks(delayChecks, { model, test, target: 'late', rng: createRng(7), now: Date.now })
 */
export async function runChecks(suite: CheckSuite, context: RunChecksContext): Promise<Report> {
  const evaluation = await evaluate(context)
  const results: CheckResult[] = []
  for (const spec of suite.checks) {
    const result = await runCheck(spec, evaluation, context.now)
    results.push(result)
    context.onResult?.(result)
  }
  return {
    ...describe(evaluation, context.sliceColumns ?? []),
    name: suite.name,
    passed: results.every((result) => result.status !== 'failed'),
    checks: results,
    createdAt: toIso(context.now()),
  }
}

/** Runs one check. @returns A failed result where the check cannot be run. */
export async function runCheck(spec: CheckSpec, evaluation: Evaluation, now: Clock): Promise<CheckResult> {
  const startedAt = now()
  const called = { kind: spec.kind, name: spec.name }
  try {
    const finding = await getCheckKind(spec.kind).run(spec.settings, evaluation)
    return { ...called, ...finding, durationMs: now() - startedAt }
  } catch (error) {
    // Only what is known to be the check's own fault: a model that crashes is not a failed check.
    if (!(error instanceof RegiaError) || error.code === 'USER_CODE_FAILED') throw error
    const message = [error.message, error.hint].filter(Boolean).join(' ')
    return { ...called, status: 'failed', message, durationMs: now() - startedAt }
  }
}

type Description = Omit<Report, 'name' | 'passed' | 'checks' | 'createdAt' | 'parity'>

function describe(evaluation: Evaluation, sliceColumns: readonly string[]): Description {
  const { outcome, baselines, rng } = evaluation
  const options = { rng: rng.fork('report') }
  const baselineMetrics = Object.entries(baselines).map(([name, baseline]) => [
    name,
    estimateAll(baseline, { ...options, resamples: 0 }),
  ])
  return {
    metrics: estimateAll(outcome, options),
    baselines: Object.fromEntries(baselineMetrics),
    slices: slicesOf(evaluation, sliceColumns),
    rowCount: outcome.rowCount,
    ...classificationPictures(evaluation),
  }
}

function classificationPictures({ outcome }: Evaluation): Pick<Report, 'curves' | 'confusion' | 'thresholds'> {
  if (outcome.task === 'regression') return { curves: {} }
  const confusion = confusionMatrix(outcome)
  const { positive } = outcome
  if (positive === undefined || !outcome.actual.includes(positive)) return { curves: {}, confusion }
  const curves = {
    precisionRecall: precisionRecallCurve(outcome, positive),
    calibration: calibrationCurve(outcome, positive),
    // Without a negative row there is no false positive rate.
    ...(outcome.actual.some((label) => label !== positive) && { roc: rocCurve(outcome, positive) }),
  }
  return { curves, confusion, thresholds: thresholdTable(outcome, positive) }
}

function slicesOf({ test, outcome, rows, rng }: Evaluation, columns: readonly string[]): Report['slices'] {
  const metric = getMetric(outcome.task === 'regression' ? 'mae' : outcome.positive === undefined ? 'accuracy' : 'auc')
  return columns.flatMap((column) =>
    measureSlices(metric, outcome, sliceBy(test, column, rows), { rng: rng.fork(column) }).slice(
      0,
      MAX_SLICES_PER_COLUMN,
    ),
  )
}
