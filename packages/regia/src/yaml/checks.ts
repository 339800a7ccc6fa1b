import { type CheckAuthor, issueText, type Opponent, RegiaError } from '@regia/core'
import { z } from 'zod'
import { type Checks, checks } from '../authoring/checks.ts'
import type { StepDocument } from './document.ts'

const expectationSchema = z.strictObject({
  /** The class that it is of. */
  of: z.coerce.string().optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  confidence: z.number().gt(0).lt(1).optional(),
  beats: z.array(z.enum(['majority', 'stratified', 'previous'])).optional(),
  by: z.number().optional(),
})

const noSettings = z.strictObject({}).prefault({})
const invariance = z.strictObject({ column: z.string(), maxChange: z.number() })
const stability = z.strictObject({
  sigma: z.number(),
  columns: z.array(z.string()).optional(),
  minAgreement: z.number(),
})
const response = z.strictObject({ column: z.string(), direction: z.enum(['increasing', 'decreasing']) })
const calibration = z.strictObject({ maxEce: z.number() })

type AddCheck = (model: CheckAuthor['model'], settings: unknown, where: string) => void

/** The checks that are no metric. */
const OTHERS: { readonly [kind: string]: AddCheck } = {
  predictsMoreThanOneClass: (model, settings, where) => {
    read(noSettings, settings, 'predictsMoreThanOneClass', where)
    model.predictsMoreThanOneClass()
  },
  isInvariantTo: (model, settings, where) => {
    const { column, maxChange } = read(invariance, settings, 'isInvariantTo', where)
    model.isInvariantTo(column, { maxChange })
  },
  isStableUnder: (model, settings, where) => {
    const { minAgreement, sigma, columns } = read(stability, settings, 'isStableUnder', where)
    model.isStableUnder({ sigma, ...(columns && { columns }) }, { minAgreement })
  },
  respondsTo: (model, settings, where) => {
    const { column, direction } = read(response, settings, 'respondsTo', where)
    model.respondsTo(column, direction)
  },
  isCalibrated: (model, settings, where) => model.isCalibrated(read(calibration, settings, 'isCalibrated', where)),
}

/** The checks of a gate, by their names. @throws RegiaError `PIPELINE_INVALID` naming the check. */
export const readChecks = (name: string, documents: StepDocument<'gate'>['gate'], where: string): Checks =>
  checks(name, (author) => {
    for (const document of documents) addCheck(author, document, where)
  })

function addCheck(author: CheckAuthor, document: StepDocument<'gate'>['gate'][number], where: string): void {
  const [kind = '', settings] = typeof document === 'string' ? [document] : (Object.entries(document)[0] ?? [])
  const add = OTHERS[kind]
  if (add) add(author.model, settings, where)
  else expectMetric(author, kind, read(expectationSchema, settings, kind, where), where)
}

function expectMetric(
  { model, test, baseline, previous }: CheckAuthor,
  metric: string,
  asked: z.infer<typeof expectationSchema>,
  where: string,
): void {
  const { of, atLeast, atMost, confidence, beats, by } = asked
  if (atLeast === undefined && atMost === undefined && beats === undefined) throw demandsNothing(metric, where)
  const expected = model.on(test).metric(metric, of)
  const options = confidence === undefined ? {} : { confidence }
  if (atLeast !== undefined) expected.isAtLeast(atLeast, options)
  if (atMost !== undefined) expected.isAtMost(atMost, options)
  if (!beats) return
  const opponents: { readonly [Name in (typeof beats)[number]]: Opponent } = {
    majority: baseline.majority(),
    stratified: baseline.stratified(),
    previous,
  }
  const comparison = expected.beats(...beats.map((name) => opponents[name]))
  if (by !== undefined) comparison.by(by, options)
}

function read<Schema extends z.ZodType>(schema: Schema, given: unknown, kind: string, where: string): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError(
    'PIPELINE_INVALID',
    `Check "${kind}" is wrong${issue?.path.length ? ` at ${issue.path.join('.')}` : ''}: ${issue && issueText(issue)}.`,
    {
      where,
      hint: `A metric with what it must reach, such as auc: { atLeast: 0.7 } or precision: { of: late, beats: [majority], by: 0.1 }; or one of ${Object.keys(OTHERS).join(', ')}.`,
    },
  )
}

const demandsNothing = (metric: string, where: string) =>
  new RegiaError('PIPELINE_INVALID', `Check "${metric}" demands nothing.`, {
    where,
    hint: `Say what it must reach: ${metric}: { atLeast: 0.7 }.`,
  })
