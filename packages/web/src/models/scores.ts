import type { Estimate, ModelVersion, Report } from '@regia/core'

const PREFERRED = ['auc', 'f1', 'accuracy', 'r2'] as const

/** The metric by which a report is judged first: AUC where there is one. */
export function mainMetric(report: Report | undefined): string | undefined {
  const names = Object.keys(report?.metrics ?? {})
  return PREFERRED.find((name) => names.includes(name)) ?? names[0]
}

export const scoreOf = (version: ModelVersion, metric: string | undefined): Estimate | undefined =>
  metric === undefined ? undefined : version.report?.metrics[metric]

export type ScoreLine = { readonly name: string; readonly estimate: Estimate; readonly isBaseline: boolean }

/** A version's score and those of what it must beat, the best first. */
export function scoreLines(report: Report, metric: string): readonly ScoreLine[] {
  const own = report.metrics[metric]
  const lines = Object.entries(report.baselines).flatMap(([name, metrics]) => {
    const estimate = metrics[metric]
    return estimate ? [{ name, estimate, isBaseline: true }] : []
  })
  return own ? [{ name: 'this version', estimate: own, isBaseline: false }, ...lines] : lines
}
