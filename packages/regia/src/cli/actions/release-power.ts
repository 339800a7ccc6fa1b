import {
  detectableEffect,
  type PlannedOutcome,
  type PlanOptions,
  plannedPower,
  planSampleSize,
  RegiaError,
} from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { oneOf } from './one-of.ts'

type Input = {
  readonly baseline: number | undefined
  readonly deviation: number | undefined
  readonly effect: number | undefined
  readonly power: number
  readonly alpha: number
  readonly arms: number
  readonly share: number | undefined
  readonly method: string | undefined
  readonly perArm: number | undefined
  readonly perDay: number | undefined
}

const METHODS = ['fixed', 'sequential'] as const
type Method = (typeof METHODS)[number]

/** How large an experiment has to be, or what one of a given size finds. */
export const planRelease: Action<Input> = async (input, { output }) => {
  const question = questionOf(input)
  const methods = methodsOf(input.method)
  if (input.perArm !== undefined) return showFindable(output, input, question, methods, input.perArm)
  if (input.effect === undefined) {
    throw missing('--effect', 'Give the smallest difference worth finding, such as --effect 0.01.')
  }
  showSizes(output, input, question, methods, input.effect)
}

function showFindable(output: Output, input: Input, question: Question, methods: readonly Method[], perArm: number) {
  const found = methods.map((method) => findable(question, method, perArm, input.effect))
  output.result({ ...question.plan, controlCount: perArm, methods: found }, () =>
    output.table(found, [
      { title: 'method', value: ({ method }) => method },
      { title: `finds with a chance of ${input.power}`, value: ({ effect }) => (effect ? `± ${short(effect)}` : '–') },
      ...(input.effect === undefined
        ? []
        : [{ title: `chance of finding ${short(input.effect)}`, value: ({ power }: Findable) => short(power) }]),
    ]),
  )
}

function showSizes(output: Output, input: Input, question: Question, methods: readonly Method[], effect: number) {
  const plans = methods.map((method) => sized(question, method, effect, input.perDay))
  const table = () =>
    output.table(plans, [
      { title: 'method', value: ({ method }) => method },
      { title: 'stable', value: ({ controlCount }) => whole(controlCount) },
      { title: input.arms > 2 ? 'each other' : 'other', value: ({ treatmentCount }) => whole(treatmentCount) },
      { title: 'together', value: ({ totalCount }) => whole(totalCount) },
      ...(input.perDay === undefined ? [] : [{ title: 'days', value: ({ days }: Sized) => short(days ?? 0) }]),
    ])
  const note = methods.includes('sequential') ? ['', SEQUENTIAL_NOTE] : []
  output.result({ ...question.plan, effect, methods: plans }, () =>
    [heading(input, effect), '', table(), ...note].join('\n'),
  )
}

const SEQUENTIAL_NOTE =
  'A sequential experiment may be looked at all the time and ends as soon as something is proven: its numbers are the most it takes.'

type Question = { readonly outcome: PlannedOutcome; readonly plan: PlanOptions & { readonly comparisons: number } }

function questionOf({ baseline, deviation, power, alpha, arms, share }: Input): Question {
  if ((baseline === undefined) === (deviation === undefined)) {
    throw missing(
      '--baseline or --deviation',
      'Give the share of the stable version, or the standard deviation of a mean: one of both.',
    )
  }
  if (arms < 2)
    throw new RegiaError('INVALID_INPUT', `An experiment has at least 2 arms, not ${arms}.`, { where: '--arms' })
  const comparisons = arms - 1
  const part = share ?? 1 / arms
  if (!(part > 0 && part * comparisons < 1)) {
    throw new RegiaError(
      'INVALID_INPUT',
      `A share of ${part} for each of ${comparisons} leaves nothing to the stable version.`,
      {
        where: '--share',
      },
    )
  }
  const outcome: PlannedOutcome =
    baseline === undefined ? { kind: 'mean', standardDeviation: deviation ?? 0 } : { kind: 'share', baseline }
  return { outcome, plan: { power, alpha, comparisons, ratio: part / (1 - part * comparisons) } }
}

const methodsOf = (method: string | undefined): readonly Method[] =>
  method === undefined ? METHODS : [oneOf('--method', METHODS, method)]

type Sized = ReturnType<typeof sized>
type Findable = ReturnType<typeof findable>

function sized({ outcome, plan }: Question, method: Method, effect: number, perDay: number | undefined) {
  const size = planSampleSize(outcome, effect, { ...plan, method })
  return { method, ...size, ...(perDay !== undefined && { days: size.totalCount / perDay }) }
}

function findable({ outcome, plan }: Question, method: Method, controlCount: number, effect: number | undefined) {
  const found = detectableEffect(outcome, controlCount, { ...plan, method })
  const asked = effect ?? found
  const power = asked === undefined ? 0 : plannedPower(outcome, asked, controlCount, { ...plan, method })
  return { method, power, ...(found !== undefined && { effect: found }) }
}

function heading({ baseline, power, alpha, arms }: Input, effect: number): string {
  const what =
    baseline === undefined ? `a difference of ${short(effect)}` : `${short(baseline)} → ${short(baseline + effect)}`
  return `To find ${what} with a chance of ${power}, at a false alarm rate of ${alpha}, ${arms} arms:`
}

const missing = (what: string, hint: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `${what} is missing.`, { hint })

const short = (value: number): string => String(Number(value.toPrecision(3)))
const whole = (value: number): string => value.toLocaleString('en-GB')
