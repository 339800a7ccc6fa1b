import { describe, expect, it } from 'vitest'
import { createRng, RegiaError } from '../kernel/index.ts'
import {
  floatColumn,
  getNumericColumn,
  getStringColumn,
  intColumn,
  makeTable,
  stringColumn,
  type Table,
} from '../table/index.ts'
import {
  CHECK_KINDS,
  type CheckSpec,
  checkSuiteSchema,
  checks,
  type EvaluatedModel,
  noise,
  type RunChecksContext,
  reportSchema,
  runChecks,
} from './index.ts'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const ROWS = 3000

/** Truth: late with probability sigmoid(signal − 1), but at the airport "fog" nobody can tell. */
function testTable(seed: string): Table {
  const rng = createRng(seed)
  const signal = Float64Array.from({ length: ROWS }, () => rng.normal() * 2)
  const airport = Array.from({ length: ROWS }, () => ['clear', 'sunny', 'fog'][rng.integer(3)]!)
  const late = signal.map((x, row) => Number(rng.next() < (airport[row] === 'fog' ? 0.35 : sigmoid(x - 1))))
  return makeTable({
    signal: floatColumn(signal),
    state: intColumn(signal.map(() => rng.integer(5))),
    airport: stringColumn(airport),
    late: stringColumn([...late].map((isLate) => (isLate ? 'late' : 'on time'))),
  })
}

type Scorer = (row: { readonly signal: number; readonly state: number; readonly airport: string }) => number

const modelOf = (score: Scorer): EvaluatedModel => ({
  classes: ['on time', 'late'],
  predict: async (table) => {
    const [signal, state] = [getNumericColumn(table, 'signal').values, getNumericColumn(table, 'state').values]
    const { codes, categories } = getStringColumn(table, 'airport')
    const scores = Array.from(signal, (x, row) =>
      score({ signal: x, state: state[row]!, airport: categories[codes[row]!]! }),
    )
    return { probabilities: Float64Array.from(scores.flatMap((p) => [1 - p, p])) }
  },
})

const good = modelOf(({ signal, airport }) => (airport === 'fog' ? 0.35 : sigmoid(signal - 1)))
const lazy = modelOf(() => 0.3)
const boastful = modelOf(({ signal }) => sigmoid(3 * signal - 3))
const reversed = modelOf(({ signal }) => sigmoid(-signal))
const stateBound = modelOf(({ signal, state }) => sigmoid(signal - 1 + 2 * (state - 2)))
const nervous = modelOf(({ signal }) => sigmoid(40 * Math.sin(40 * signal)))
const nearlyGood = modelOf(({ signal, airport }) => (airport === 'fog' ? 0.35 : sigmoid(0.9 * signal - 1)))

const test = testTable('checks')
const context = (model: EvaluatedModel, previous?: EvaluatedModel): RunChecksContext => ({
  model,
  test,
  target: 'late',
  previous,
  rng: createRng(7),
  now: () => 1_000,
})

const spec = (kind: string, settings: CheckSpec['settings']): CheckSpec => ({ kind, name: kind, settings })

async function run(check: CheckSpec, model: EvaluatedModel, previous?: EvaluatedModel) {
  const report = await runChecks({ name: 'one', checks: [check] }, context(model, previous))
  return report.checks[0]!
}

type Case = {
  readonly check: CheckSpec
  readonly passes: EvaluatedModel
  readonly fails: EvaluatedModel
  readonly previous?: EvaluatedModel
}
const cases: readonly Case[] = [
  { check: spec('predictsMoreThanOneClass', {}), passes: good, fails: lazy },
  { check: spec('metricAtLeast', { metric: 'auc', minimum: 0.75 }), passes: good, fails: reversed },
  {
    check: spec('metricAtLeast', { metric: 'precision', class: 'late', minimum: 0.6, confidence: 0.95 }),
    passes: good,
    fails: reversed,
  },
  { check: spec('metricAtMost', { metric: 'logLoss', maximum: 0.6, confidence: 0.95 }), passes: good, fails: boastful },
  { check: spec('beatsBaseline', { metric: 'auc', baselines: ['majority', 'stratified'] }), passes: good, fails: lazy },
  {
    check: spec('beatsBaseline', { metric: 'logLoss', baselines: ['majority'], by: 0.02 }),
    passes: good,
    fails: boastful,
  },
  {
    check: spec('beatsBaseline', { metric: 'auc', baselines: ['previous'], by: 0.01 }),
    passes: good,
    fails: nearlyGood,
    previous: nearlyGood,
  },
  {
    check: spec('sliceGapAtMost', { columns: ['state'], metric: 'accuracy', maximum: 0.05 }),
    passes: good,
    fails: stateBound,
  },
  { check: spec('isCalibrated', { maxEce: 0.04 }), passes: good, fails: boastful },
  { check: spec('invariantTo', { column: 'state', maxChange: 0.02 }), passes: good, fails: stateBound },
  { check: spec('stableUnderNoise', { sigma: 0.05, minAgreement: 0.95 }), passes: good, fails: nervous },
  { check: spec('respondsTo', { column: 'signal', direction: 'increasing' }), passes: good, fails: reversed },
  { check: spec('respondsTo', { column: 'signal', direction: 'decreasing' }), passes: reversed, fails: good },
]

describe('check kinds', () => {
  it('are all tested here', () => {
    expect(new Set(cases.map(({ check }) => check.kind))).toEqual(new Set(CHECK_KINDS.map(({ kind }) => kind)))
  })

  it.each(cases.filter(({ previous }) => !previous))(
    '$check.kind passes what is well and fails what is not, case %#',
    async ({ check, passes, fails }) => {
      const passed = await run(check, passes)
      expect(passed, passed.message).toMatchObject({ status: 'passed' })
      const failed = await run(check, fails)
      expect(failed, failed.message).toMatchObject({ status: 'failed' })
      for (const { n, threshold, value, message } of [passed, failed]) {
        expect(n).toBeGreaterThan(0)
        expect(threshold).toBeTypeOf('number')
        expect(value).toBeTypeOf('number')
        expect(message).toMatch(/expected/)
      }
    },
  )

  it('compare with the previous version on the same rows', async () => {
    const better = spec('beatsBaseline', { metric: 'auc', baselines: ['previous'] })
    expect(await run(better, good, stateBound)).toMatchObject({ status: 'passed' })
    expect(await run(better, stateBound, good)).toMatchObject({ status: 'failed' })
    // Paired, two models that are nearly the same can be told apart by far less than the width of their own intervals.
    const notWorse = spec('beatsBaseline', { metric: 'auc', baselines: ['previous'], by: -0.005 })
    expect(await run(notWorse, nearlyGood, good)).toMatchObject({ status: 'passed' })
    expect(await run(better, good)).toMatchObject({
      status: 'skipped',
      message: 'There is no previous to compare with yet.',
    })
  })

  it('find a slice that is worse than the whole', async () => {
    const check = spec('sliceGapAtMost', { columns: ['airport', 'state'], metric: 'auc', maximum: 0.1 })
    const result = await run(check, good)
    expect(result.status).toBe('failed')
    expect(result.message).toMatch(/^auc is worst for airport = fog: 0\.5 /)
  })

  it('say for people what they got and expected', async () => {
    const messages = await Promise.all(
      cases.slice(0, 3).map(async ({ check, passes }) => (await run(check, passes)).message),
    )
    expect(messages).toMatchInlineSnapshot(`
      [
        "Predicts 2 different classes; the second most frequent in 0.2173 of 3000 rows, at least 0.001 expected.",
        "auc is 0.787 (0.7712 to 0.8028) on 3000 rows; at least 0.75 expected.",
        "precision of "late" is 0.7408 (0.7058 to 0.773) on 3000 rows; at least 0.6 expected, by the lower bound.",
      ]
    `)
  })
})

describe('runChecks', () => {
  const suite = checks('late', ({ model, test: rows, previous, baseline }) => {
    model.predictsMoreThanOneClass()
    model.on(rows).auc().beats(baseline.majority(), previous).by(0.005)
    model.isCalibrated({ maxEce: 0.05 })
  })

  it('makes a report with metrics, baselines, curves, confusion and slices', async () => {
    const seen: string[] = []
    const report = await runChecks(suite, {
      ...context(good),
      sliceColumns: ['airport'],
      onResult: ({ name }) => seen.push(name),
    })
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    expect(report).toMatchObject({ name: 'late', passed: true, rowCount: ROWS, createdAt: '1970-01-01T00:00:01.000Z' })
    expect(seen).toEqual(suite.checks.map(({ name }) => name))
    expect(report.metrics.auc!.interval!.lower).toBeLessThan(report.metrics.auc!.value)
    expect(report.baselines.majority!.auc!.value).toBe(0.5)
    expect(Object.keys(report.curves).sort()).toEqual(['calibration', 'precisionRecall', 'roc'])
    expect(report.confusion!.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(ROWS)
    expect(report.slices[0]).toMatchObject({ column: 'airport', value: 'fog', metric: 'auc' })
    expect(report.thresholds).toHaveLength(19)
  })

  it('gives the same report for the same seed', async () => {
    expect(await runChecks(suite, context(good))).toEqual(await runChecks(suite, context(good)))
  })

  it('fails a check that cannot be run, and says why', async () => {
    expect(await run(spec('invariantTo', { column: 'tail', maxChange: 0.1 }), good)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/no column "tail".*It has: signal/),
    })
    expect(await run(spec('invariantTo', { column: 'state' }), good)).toMatchObject({ status: 'failed' })
    expect(await run(spec('smellsGood', {}), good)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/no kind of check "smellsGood"/),
    })
  })

  it('does not call a crash of the model a failed check', async () => {
    const broken: EvaluatedModel = {
      classes: ['on time', 'late'],
      predict: async (table) => {
        if (table.rowCount === ROWS) return good.predict(table)
        throw new RegiaError('USER_CODE_FAILED', 'no such kernel')
      },
    }
    await expect(run(spec('respondsTo', { column: 'signal', direction: 'increasing' }), broken)).rejects.toThrow(
      'no such kernel',
    )
  })

  it('evaluates several classes too', async () => {
    const rng = createRng('species')
    const names = ['Adelie', 'Chinstrap', 'Gentoo']
    const kinds = Array.from({ length: 240 }, () => rng.integer(3))
    const table = makeTable({
      bill: floatColumn(kinds.map((kind) => kind * 2 + rng.normal())),
      species: stringColumn(kinds.map((kind) => names[kind]!)),
    })
    const model: EvaluatedModel = {
      classes: names,
      predict: async (rows) => {
        const weights = [...getNumericColumn(rows, 'bill').values].map((x) =>
          names.map((_, k) => Math.exp(-((x - 2 * k) ** 2) / 2)),
        )
        return { probabilities: Float64Array.from(weights.flatMap((w) => w.map((v) => v / w.reduce((a, b) => a + b)))) }
      },
    }
    const declared = checks('species', ({ model: judged, test: rows, baseline }) => {
      judged.predictsMoreThanOneClass()
      judged.on(rows).accuracy().isAtLeast(0.6, { confidence: 0.95 })
      judged.on(rows).auc().beats(baseline.majority(), baseline.stratified()).by(0.1)
      judged.on(rows).recall('Gentoo').isAtLeast(0.7)
      judged.isCalibrated({ maxEce: 0.15 })
    })
    const report = await runChecks(declared, { model, test: table, target: 'species', rng: createRng(1), now: () => 0 })
    expect(report.checks.map(({ status, message }) => [status, message])).toEqual(
      report.checks.map(({ message }) => ['passed', message]),
    )
    expect(report.metrics.auc!.interval!.lower).toBeGreaterThan(0.85)
    expect(report.confusion!.labels).toEqual(names)
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
  })

  it('evaluates regressions too', async () => {
    const values = floatColumn(Array.from({ length: 200 }, (_, i) => i))
    const table = makeTable({ x: values, y: values })
    const line: EvaluatedModel = {
      predict: async ({ columns }) => ({
        values: columns.x?.type === 'float' ? columns.x.values.map((x) => x + 1) : new Float64Array(0),
      }),
    }
    const declared = checks('line', ({ model, test: rows, baseline }) => {
      model.predictsMoreThanOneClass()
      model.on(rows).rmse().isAtMost(2)
      model.on(rows).mae().beats(baseline.majority(), baseline.stratified())
      model.respondsTo('x', 'increasing')
      model.isStableUnder(noise({ sigma: 0.01 }), { minAgreement: 0.9 })
    })
    const report = await runChecks(declared, { model: line, test: table, target: 'y', rng: createRng(1), now: () => 0 })
    expect(report.checks.map(({ status }) => status)).toEqual(Array(5).fill('passed'))
    expect(report.metrics.rmse!.value).toBe(1)
    expect(report.curves).toEqual({})
  })
})

describe('checks', () => {
  it('writes down what an author says, as data', () => {
    const suite = checks('delays', ({ model, test: rows, previous, baseline }) => {
      model.predictsMoreThanOneClass()
      model.on(rows).precision('late').isAtLeast(0.55, { confidence: 0.95 })
      model.on(rows).auc().beats(baseline.majority(), previous).by(0.005)
      model.isInvariantTo('origin_state', { maxChange: 0.02 })
      model.respondsTo('origin_mean_delay', 'increasing')
      model.isStableUnder(noise({ sigma: 0.05 }), { minAgreement: 0.97 })
      model.isCalibrated({ maxEce: 0.03 })
      model.slices(['origin', 'hour']).recall('late').gap().isAtMost(0.15)
    })
    expect(checkSuiteSchema.parse(JSON.parse(JSON.stringify(suite)))).toEqual(suite)
    expect(suite.checks.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "predicts more than one class",
        "precision of "late" at least 0.55",
        "auc beats majority and previous",
        "invariant to origin_state",
        "increasing with origin_mean_delay",
        "stable under noise of 0.05 σ",
        "calibrated within 0.03",
        "recall of "late" by origin, hour within 0.15",
      ]
    `)
    expect(suite.checks[2]!.settings).toEqual({ metric: 'auc', baselines: ['majority', 'previous'], by: 0.005 })
  })

  it('refuses bad names and settings where they are written', () => {
    expect(() => checks('my checks', () => {})).toThrow(/not a name/)
    expect(() => checks('c', ({ model }) => model.isCalibrated({ maxEce: 3 }))).toThrow(/"isCalibrated" is wrong/)
    expect(() => checks('c', ({ model, test: rows }) => model.on(rows).metric('auroc').isAtLeast(1))).toThrow(
      /no metric "auroc"/,
    )
  })
})
