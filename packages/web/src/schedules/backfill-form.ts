import type { BackfillSpec, PipelineGraph } from '@regia/core'
import { fieldKind, parseField } from '../kernel/json-schema.ts'

/** What a person has typed about a back-fill. */
export type BackfillDraft = {
  readonly pipeline: string
  readonly channel: string
  readonly kind: 'time' | 'values'
  readonly from: string
  readonly until: string
  readonly every: 'day' | 'week' | 'month'
  readonly fromParam: string
  readonly untilParam: string
  readonly param: string
  /** One a line. */
  readonly values: string
  readonly concurrency: string
}

export const EMPTY_BACKFILL: BackfillDraft = {
  pipeline: '',
  channel: '',
  kind: 'time',
  from: '',
  until: '',
  every: 'day',
  fromParam: '',
  untilParam: '',
  param: '',
  values: '',
  concurrency: '1',
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** What is missing or wrong, by field. */
export function backfillErrors(draft: BackfillDraft): Readonly<Partial<Record<keyof BackfillDraft, string>>> {
  const concurrency = Number(draft.concurrency)
  const isTime = draft.kind === 'time'
  return {
    ...(draft.pipeline === '' && { pipeline: 'which one?' }),
    ...(isTime && draft.from === '' && { from: 'the first day' }),
    ...(isTime &&
      (draft.until === '' || draft.until <= draft.from) && { until: 'the first day that is no longer in it' }),
    ...(isTime && draft.fromParam === '' && { fromParam: 'which param gets the day?' }),
    ...(!isTime && draft.param === '' && { param: 'which param gets them?' }),
    ...(!isTime && linesOf(draft.values).length === 0 && { values: 'one a line' }),
    ...(!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 100) && { concurrency: '1 to 100' }),
  }
}

/** The back-fill that a draft without errors says; values become what the param's schema asks for. */
export function backfillSpec(draft: BackfillDraft, params: PipelineGraph['params']): BackfillSpec {
  const { pipeline, channel, from, until, every, fromParam, untilParam, param } = draft
  const schema = params[param]?.schema ?? {}
  const over: BackfillSpec['over'] =
    draft.kind === 'time'
      ? { kind: 'time', from, until, every, fromParam, ...(untilParam && { untilParam }) }
      : { kind: 'values', param, values: linesOf(draft.values).map((line) => jsonOf(line, schema)) }
  return { pipeline, over, params: {}, concurrency: Number(draft.concurrency), ...(channel && { channel }) }
}

// What a field of a form gives is JSON.
type Json = Extract<BackfillSpec['over'], { kind: 'values' }>['values'][number]
const jsonOf = (line: string, schema: Readonly<Record<string, unknown>>) =>
  parseField(fieldKind(schema), line, schema) as Json
