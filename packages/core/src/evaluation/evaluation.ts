import type { Rng } from '../kernel/index.ts'
import { getColumn, type Table } from '../table/index.ts'
import { type BaselineName, majorityBaseline, stratifiedBaseline } from './baselines.ts'
import { labelledRows, type ModelOutput, type Outcome, outcomeOf } from './outcome.ts'

/** A model to be judged: an ONNX session, an in-memory model, a remote one. */
export type EvaluatedModel = {
  /** Class names in the order of the probabilities; absent for a regression. */
  readonly classes?: readonly string[] | undefined
  /** The class that scores speak of; by default the second of two. */
  readonly positive?: string | undefined
  /** Answers every row of the table, in order. */
  readonly predict: (table: Table) => Promise<ModelOutput>
}

export type EvaluationContext = {
  readonly model: EvaluatedModel
  /** Rows that the model was not trained on, with the target. */
  readonly test: Table
  readonly target: string
  /** The version in production, on the same rows. */
  readonly previous?: EvaluatedModel | undefined
  readonly rng: Rng
}

/** A model with its answers on the test table: what checks and reports look at. */
export type Evaluation = EvaluationContext & {
  readonly outcome: Outcome
  /** Row numbers of the test table behind the outcome's rows. */
  readonly rows: Int32Array
  /** Outcomes on the same rows. `previous` is absent where there is no previous version. */
  readonly baselines: { readonly [name in BaselineName]?: Outcome }
}

/**
 * Lets the model, the previous version and the simple baselines answer the test table, once.
 *
 * @throws RegiaError `COLUMN_MISSING` without the target, `DATA_EMPTY` when no row has a label, `INVALID_INPUT` when a model's output has another shape.
 */
export async function evaluate(context: EvaluationContext): Promise<Evaluation> {
  const { model, test, target, previous, rng } = context
  const outcome = await answered(model, test, target)
  const previousOutcome = previous && (await answered(previous, test, target))
  return {
    ...context,
    outcome,
    rows: labelledRows(getColumn(test, target), test.rowCount),
    baselines: {
      majority: majorityBaseline(outcome),
      stratified: stratifiedBaseline(outcome, rng.fork('stratified')),
      ...(previousOutcome && { previous: previousOutcome }),
    },
  }
}

async function answered({ predict, classes, positive }: EvaluatedModel, test: Table, target: string): Promise<Outcome> {
  return outcomeOf(test, await predict(test), { target, classes, positive })
}
