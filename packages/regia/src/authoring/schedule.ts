import { DEFINITION, type ScheduleSpec, type ScheduleWhen, scheduleSpecSchema } from '@regia/core'
import type { z } from 'zod'
import { parseDeclaration, wrongDeclaration } from './parse-declaration.ts'
import { nameOfPipeline, type Pipeline } from './pipeline.ts'
import { callerLocation } from './source-location.ts'

export type ScheduleDefinition = { readonly [DEFINITION]: 'schedule'; readonly spec: ScheduleSpec }

type Params = { readonly [name: string]: z.ZodType }

export type ScheduleOptions<P extends Params> = Omit<
  z.input<typeof scheduleSpecSchema>,
  'pipeline' | 'params' | 'when'
> & {
  /** The pipeline or its name. */
  readonly pipeline: string | Pipeline<P, unknown>
  /** When it runs: {@link cron}, {@link onDataset}, {@link onAlias}, {@link onAlert} or {@link onWebhook}. */
  readonly when: ScheduleWhen
  /**
   * Parameters of its runs; those left out have their defaults. Texts may hold `{time}` and `{date}` (the time that the run is for, ISO 8601 in UTC),
   * `{version}`, `{dataset}`, `{model}` and `{alert}`.
   */
  readonly params?: { readonly [Name in keyof P]?: z.input<P[Name]> | string }
}

/**
 * Declares when a pipeline runs by itself. `regia apply` creates or changes it.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 * @example
 * export default schedule({
 *   name: 'nightly', pipeline: delays, when: cron('0 2 * * *', { timezone: 'Europe/Rome' }), params: { until: '{date}' },
 * })
 */
export function schedule<const P extends Params>(options: ScheduleOptions<P>): ScheduleDefinition {
  const locate = callerLocation(schedule)
  const { pipeline, ...rest } = options
  const spec = parseDeclaration('schedule', scheduleSpecSchema, { ...rest, pipeline: nameOfPipeline(pipeline) }, locate)
  if (typeof pipeline !== 'string') assertParams(spec, Object.keys(pipeline.graph.params), locate)
  assertCron(spec.when, locate)
  return { [DEFINITION]: 'schedule', spec }
}

/**
 * By the clock: five fields, for minute, hour, day of month, month and day of week.
 *
 * @param options - `timezone`: an IANA name (default `UTC`). `catchUp`: of the times that passed while nothing ran them, make up for `none`, the `latest`
 *   (default) or `all`.
 * @example schedule({ name: 'nightly', pipeline: 'delays', when: cron('0 2 * * *', { timezone: 'Europe/Rome', catchUp: 'all' }) })
 */
export const cron = (
  expression: string,
  options: { readonly timezone?: string; readonly catchUp?: 'none' | 'latest' | 'all' } = {},
): ScheduleWhen => ({
  on: 'time',
  cron: expression,
  timezone: options.timezone ?? 'UTC',
  catchUp: options.catchUp ?? 'latest',
})

/** When a dataset gets a new version. @example schedule({ name: 'fresh', pipeline: 'delays', when: onDataset('flights') }) */
export const onDataset = (dataset: string): ScheduleWhen => ({ on: 'dataset', dataset })

/** When the alias of a model moves, given as `MODEL@ALIAS`. @example schedule({ name: 'score', pipeline: 'score', when: onAlias('delays@champion') }) */
export function onAlias(reference: string): ScheduleWhen {
  const [model, alias, ...rest] = reference.split('@')
  if (model && alias && rest.length === 0) return { on: 'alias', model, alias }
  throw wrongDeclaration(
    `"${reference}" does not name an alias of a model.`,
    'Write MODEL@ALIAS, such as delays@champion.',
    callerLocation(onAlias),
  )
}

/** When a monitor opens an alert. @example schedule({ name: 'mend', pipeline: 'delays', when: onAlert('delays') }) */
export const onAlert = (monitor: string): ScheduleWhen => ({ on: 'alert', monitor })

/** When something POSTs to the schedule's own address, with its secret. @example schedule({ name: 'pushed', pipeline: 'delays', when: onWebhook() }) */
export const onWebhook = (): ScheduleWhen => ({ on: 'webhook' })

function assertParams(spec: ScheduleSpec, known: readonly string[], locate: () => string | undefined): void {
  const unknown = Object.keys(spec.params).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw wrongDeclaration(
    `Schedule "${spec.name}" sets "${unknown}", which pipeline "${spec.pipeline}" has no parameter for.`,
    `Its parameters are: ${known.join(', ') || 'none'}.`,
    locate,
  )
}

/** What can be said without a clock; the server reads the rest. */
function assertCron(when: ScheduleWhen, locate: () => string | undefined): void {
  if (when.on !== 'time') return
  const fields = when.cron.trim().split(/\s+/)
  if (fields.length !== 5) {
    const hint = 'Write minute, hour, day of month, month and day of week: 0 2 * * * is every day at two.'
    throw wrongDeclaration(`The schedule "${when.cron}" has ${fields.length} fields, not five.`, hint, locate)
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: when.timezone })
  } catch {
    throw wrongDeclaration(
      `There is no time zone "${when.timezone}".`,
      'Give an IANA name, such as Europe/Rome.',
      locate,
    )
  }
}
