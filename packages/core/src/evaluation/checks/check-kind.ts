import type { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import type { Evaluation } from '../evaluation.ts'
import { getMetric, type Metric } from '../metrics/index.ts'
import { type Outcome, withPositive } from '../outcome.ts'
import type { CheckResult } from '../report.ts'

/** What a check found: everything of its result but how it was called. */
export type Finding = Omit<CheckResult, 'kind' | 'name' | 'durationMs'>

/** A kind of check. Its settings are JSON, so that a check can be stored and run elsewhere. */
export type CheckKind = {
  readonly kind: string
  /** What it assures, for the list of kinds. */
  readonly title: string
  readonly settings: z.ZodType
  /** How a check with these settings is called where its author gave no name. */
  readonly nameOf: (settings: unknown) => string
  /** @throws RegiaError `INVALID_INPUT` for settings that do not fit. */
  readonly run: (settings: unknown, evaluation: Evaluation) => Promise<Finding>
}

type Definition<Schema extends z.ZodType> = {
  readonly kind: string
  readonly title: string
  readonly settings: Schema
  readonly nameOf: (settings: z.output<Schema>) => string
  readonly run: (settings: z.output<Schema>, evaluation: Evaluation) => Promise<Finding> | Finding
}

/** Defines a kind of check; its settings are parsed before it sees them. */
export function defineCheckKind<Schema extends z.ZodType>(definition: Definition<Schema>): CheckKind {
  const { kind, title, settings } = definition
  const parse = (given: unknown): z.output<Schema> => {
    const parsed = settings.safeParse(given)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new RegiaError(
      'INVALID_INPUT',
      `A setting of the check "${kind}" is wrong: ${issue?.message ?? 'unknown'}.`,
      {
        where: [kind, ...(issue?.path ?? [])].join('.'),
        hint: 'Correct it where the check is declared.',
      },
    )
  }
  return {
    kind,
    title,
    settings,
    nameOf: (given) => definition.nameOf(parse(given)),
    run: async (given, evaluation) => definition.run(parse(given), evaluation),
  }
}

/** The metric and the outcome that a check asks about: of one class, where it names one. */
export function asked(
  evaluation: Evaluation,
  { metric, class: className }: { readonly metric: string; readonly class?: string | undefined },
): { readonly metric: Metric; readonly outcome: Outcome; readonly of: (other: Outcome) => Outcome } {
  const of = (other: Outcome): Outcome =>
    className === undefined || other.task === 'regression' ? other : withPositive(other, className)
  return { metric: getMetric(metric), outcome: of(evaluation.outcome), of }
}

/** The verdict of a demand that was looked at. */
export const passedIf = (condition: boolean): 'passed' | 'failed' => (condition ? 'passed' : 'failed')

/** `precision of "late"`: how people call a metric of a class. */
export const metricText = ({
  metric,
  class: className,
}: {
  readonly metric: string
  readonly class?: string | undefined
}) => (className === undefined ? metric : `${metric} of "${className}"`)

/** A number as messages show it: four significant digits. */
export const shown = (value: number): string => String(Number(value.toPrecision(4)))

/** ` (0.61 to 0.67)` behind a value in a message; nothing where there is no interval. */
export const shownInterval = (interval: { readonly lower: number; readonly upper: number } | undefined): string =>
  interval ? ` (${shown(interval.lower)} to ${shown(interval.upper)})` : ''
