import { type CheckAuthor, type CheckSuite, DEFINITION, checks as declareChecks } from '@regia/core'

/** A suite of checks, as a gate and `regia check` take it. */
export type Checks = CheckSuite & { readonly [DEFINITION]: 'checks' }

/**
 * Declares a suite of checks: what a model must fulfil before it may serve. The checks are written down as data; a {@link gate} runs them.
 *
 * @param name - Letters, digits, `.`, `_` and `-`; `regia check` finds the suite by it.
 * @throws RegiaError `INVALID_INPUT` for a bad name or setting, naming it.
 * @example
 * export const delayChecks = checks('delays', ({ model, test, previous, baseline }) => {
 *   model.predictsMoreThanOneClass()
 *   model.on(test).precision('late').isAtLeast(0.55, { confidence: 0.95 })
 *   model.on(test).auc().beats(baseline.majority(), previous).by(0.005)
 * })
 */
export const checks = (name: string, define: (author: CheckAuthor) => void): Checks => ({
  [DEFINITION]: 'checks',
  ...declareChecks(name, define),
})
