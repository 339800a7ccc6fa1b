import { nameSchema, RegiaError } from '../kernel/index.ts'
import type { BaselineName } from './baselines.ts'
import { getCheckKind } from './checks/index.ts'
import type { CheckSpec, CheckSuite } from './report.ts'

type Confidence = { readonly confidence?: number }
type Settings = CheckSpec['settings']

/** What a check can be held against. Made by {@link CheckAuthor}. */
export type Opponent = { readonly baseline: BaselineName }

/** What can be demanded of a metric. */
export type Expectation = {
  /** With `confidence` the whole interval must lie above, without it the value. */
  readonly isAtLeast: (minimum: number, options?: Confidence) => void
  readonly isAtMost: (maximum: number, options?: Confidence) => void
  /** Better than each on the same rows, by the interval of the difference; `.by(margin)` demands more (or, if negative, less). */
  readonly beats: (...opponents: readonly Opponent[]) => { readonly by: (margin: number, options?: Confidence) => void }
}

export type GapExpectation = {
  readonly gap: () => {
    readonly isAtMost: (maximum: number, options?: Confidence & { readonly minimumRows?: number }) => void
  }
}

/** One method per metric; where a metric is of a class, its name. */
type PerMetric<Result> = {
  readonly auc: (className?: string) => Result
  readonly accuracy: () => Result
  readonly precision: (className?: string) => Result
  readonly recall: (className?: string) => Result
  readonly f1: (className?: string) => Result
  readonly averagePrecision: (className?: string) => Result
  readonly logLoss: () => Result
  readonly brier: () => Result
  readonly ece: (className?: string) => Result
  readonly mae: () => Result
  readonly rmse: () => Result
  readonly r2: () => Result
  /** Any metric by its name. */
  readonly metric: (name: string, className?: string) => Result
}

export type TestTable = { readonly table: 'test' }
export type Noise = { readonly sigma: number; readonly columns?: readonly string[] }

export type ModelChecks = {
  readonly on: (table: TestTable) => PerMetric<Expectation>
  readonly slices: (columns: readonly string[]) => PerMetric<GapExpectation>
  readonly predictsMoreThanOneClass: (options?: { readonly minimumFraction?: number }) => void
  readonly isInvariantTo: (column: string, options: { readonly maxChange: number }) => void
  readonly isStableUnder: (noise: Noise, options: { readonly minAgreement: number }) => void
  readonly respondsTo: (
    column: string,
    direction: 'increasing' | 'decreasing',
    options?: { readonly shift?: number },
  ) => void
  readonly isCalibrated: (options: { readonly maxEce: number; readonly class?: string }) => void
}

export type CheckAuthor = {
  readonly model: ModelChecks
  readonly test: TestTable
  /** The version in production; a check against it is skipped while there is none. */
  readonly previous: Opponent
  readonly baseline: { readonly majority: () => Opponent; readonly stratified: () => Opponent }
}

/** Random errors on every number, in standard deviations of its column. @example noise({ sigma: 0.05 }) */
export const noise = (settings: Noise): Noise => settings

/**
 * Declares a suite of checks. What `define` calls is written down as data; nothing runs yet.
 *
 * @param name - Letters, digits, `.`, `_` and `-`.
 * @throws RegiaError `INVALID_INPUT` for a bad name or setting, naming it.
 * @example
 * checks('delays', ({ model, test, previous, baseline }) => {
 *   model.predictsMoreThanOneClass()
 *   model.on(test).precision('late').isAtLeast(0.55, { confidence: 0.95 })
 *   model.on(test).auc().beats(baseline.majority(), previous).by(0.005)
 *   model.slices(['origin']).recall('late').gap().isAtMost(0.15)
 * })
 */
export function checks(name: string, define: (author: CheckAuthor) => void): CheckSuite {
  if (!nameSchema.safeParse(name).success) {
    throw new RegiaError('INVALID_INPUT', `"${name}" is not a name for a suite of checks.`, {
      where: 'name',
      hint: 'Use letters, digits, ".", "_" and "-", beginning with a letter or digit.',
    })
  }
  const recorded: { kind: string; settings: Settings }[] = []
  define({
    model: modelChecks((kind, settings) => {
      const entry = { kind, settings }
      recorded.push(entry)
      return entry
    }),
    test: { table: 'test' },
    previous: { baseline: 'previous' },
    baseline: { majority: () => ({ baseline: 'majority' }), stratified: () => ({ baseline: 'stratified' }) },
  })
  return { name, checks: recorded.map(specOf) }
}

function specOf({ kind, settings }: { readonly kind: string; readonly settings: Settings }): CheckSpec {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  return { kind, name: getCheckKind(kind).nameOf(given), settings: given }
}

type Recorder = (kind: string, settings: Settings) => { settings: Settings }

function modelChecks(record: Recorder): ModelChecks {
  return {
    on: () => perMetric((metric, className) => expectation(record, { metric, class: className })),
    slices: (columns) =>
      perMetric((metric, className) => ({
        gap: () => ({
          isAtMost: (maximum, options = {}) =>
            void record('sliceGapAtMost', { columns, metric, class: className, maximum, ...options }),
        }),
      })),
    predictsMoreThanOneClass: (options = {}) => void record('predictsMoreThanOneClass', options),
    isInvariantTo: (column, options) => void record('invariantTo', { column, ...options }),
    isStableUnder: (disturbance, options) => void record('stableUnderNoise', { ...disturbance, ...options }),
    respondsTo: (column, direction, options = {}) => void record('respondsTo', { column, direction, ...options }),
    isCalibrated: (options) => void record('isCalibrated', options),
  }
}

function expectation(record: Recorder, asked: Settings): Expectation {
  return {
    isAtLeast: (minimum, options = {}) => void record('metricAtLeast', { ...asked, minimum, ...options }),
    isAtMost: (maximum, options = {}) => void record('metricAtMost', { ...asked, maximum, ...options }),
    beats: (...opponents) => {
      const entry = record('beatsBaseline', { ...asked, baselines: opponents.map(({ baseline }) => baseline) })
      return {
        by: (margin, options = {}) => {
          entry.settings = { ...entry.settings, by: margin, ...options }
        },
      }
    },
  }
}

function perMetric<Result>(of: (metric: string, className?: string) => Result): PerMetric<Result> {
  return {
    auc: (className) => of('auc', className),
    accuracy: () => of('accuracy'),
    precision: (className) => of('precision', className),
    recall: (className) => of('recall', className),
    f1: (className) => of('f1', className),
    averagePrecision: (className) => of('averagePrecision', className),
    logLoss: () => of('logLoss'),
    brier: () => of('brier'),
    ece: (className) => of('ece', className),
    mae: () => of('mae'),
    rmse: () => of('rmse'),
    r2: () => of('r2'),
    metric: of,
  }
}
