import { fractionsOf, holm, psi } from '../statistics/index.ts'
import type { ColumnSketch } from './column-sketch.ts'
import { DRIFT_TESTS, type DriftFinding, type DriftTest } from './drift/index.ts'
import type { ColumnDrift, MonitorSpec } from './monitor.ts'
import type { ColumnReference, ReferenceProfile } from './reference-profile.ts'
import type { Sketch } from './sketch.ts'

export type DriftSettings = MonitorSpec['drift']

/** The name under which the score stands among the columns. */
export const PREDICTION = 'prediction'

type Judged = DriftFinding & { readonly test: DriftTest; readonly minimumEffect: number; readonly columnPValue: number }

/**
 * Compares a window with the reference, column by column, as one report whose false alarms are controlled together.
 *
 * A column has drifted when both hold:
 * 1. *It is no chance.* Each column's tests are corrected for their number (Bonferroni), and the columns among each other (Holm), so that
 *    the whole report is wrong with a probability of at most `falseAlarmRate` when nothing changed. The tests are two-sample tests: the
 *    reference's own noise counts.
 * 2. *It matters.* The effect, the share of rows that moved beyond sampling noise, reaches `minimumEffect` (half of it for nulls, a quarter for unseen values).
 *
 * Because of the second, a report on independent rows is wrong far less often than the rate says. An alert asks for more: see {@link alertTransitions}.
 *
 * @returns One entry per watched column and one for the prediction, worst first.
 */
export function driftReport(profile: ReferenceProfile, sketch: Sketch, settings: DriftSettings): ColumnDrift[] {
  const watched = Object.entries(profile.columns).filter(([name]) => settings.columns?.includes(name) ?? true)
  const compared = [
    ...watched.map(([name, reference]) => compareColumn(name, 'input', reference, sketch.columns[name]!, settings)),
    compareColumn(PREDICTION, 'prediction', profile.prediction, sketch.prediction, settings),
  ]
  const adjusted = holm(compared.map(({ judged }) => judged.columnPValue))
  return compared
    .map(({ drift, judged }, i) => ({
      ...drift,
      adjustedPValue: adjusted[i]!,
      isDrifted: adjusted[i]! <= settings.falseAlarmRate && judged.effect >= judged.minimumEffect,
    }))
    .sort((a, b) => Number(b.isDrifted) - Number(a.isDrifted) || severity(b) - severity(a))
}

/** How many times its minimum a column's effect is: what columns are ranked by. */
export const severity = ({ effect, minimumEffect }: ColumnDrift): number => effect / Math.max(minimumEffect, 1e-9)

function compareColumn(
  column: string,
  role: ColumnDrift['role'],
  reference: ColumnReference,
  sketch: ColumnSketch,
  settings: DriftSettings,
) {
  const judged = decisiveTest(reference, sketch, settings)
  const drift = {
    column,
    role,
    test: judged.test.name,
    statistic: judged.statistic,
    pValue: judged.columnPValue,
    effect: judged.effect,
    minimumEffect: judged.minimumEffect,
    ...psiOf(reference, sketch),
    n: sketch.n,
    nullFraction: sketch.n === 0 ? 0 : sketch.nulls / sketch.n,
    unseenFraction: sketch.n === 0 ? 0 : sketch.unseen / sketch.n,
  }
  return { drift, judged }
}

/** The test that speaks for the column: of those that chance could not explain the one with the largest effect, else the least probable. */
function decisiveTest(reference: ColumnReference, sketch: ColumnSketch, settings: DriftSettings): Judged {
  const tests = DRIFT_TESTS.filter((test) => test.appliesTo(reference))
  const judged = tests.map((test): Judged => {
    const finding = test.compare(reference, sketch)
    const columnPValue = Math.min(1, finding.pValue * tests.length)
    return { ...finding, test, columnPValue, minimumEffect: settings.minimumEffect * test.minimumEffectShare }
  })
  const ratio = ({ effect, minimumEffect }: Judged) => effect / Math.max(minimumEffect, 1e-9)
  const certain = judged.filter(({ columnPValue }) => columnPValue <= settings.falseAlarmRate)
  if (certain.length > 0) return certain.reduce((a, b) => (ratio(b) > ratio(a) ? b : a))
  return judged.reduce((a, b) => (b.columnPValue < a.columnPValue ? b : a))
}

function psiOf(reference: ColumnReference, sketch: ColumnSketch): { psi?: number } {
  if (reference.counts.length < 2 || sketch.n === sketch.nulls) return {}
  return { psi: psi(fractionsOf(reference.counts, 0.5), fractionsOf([...sketch.counts], 0.5)) }
}
