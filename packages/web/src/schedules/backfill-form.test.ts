import { backfillSpecSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { backfillErrors, backfillSpec, EMPTY_BACKFILL } from './backfill-form.ts'

describe('the form of a back-fill', () => {
  it('says a span of time', () => {
    const draft = { ...EMPTY_BACKFILL, pipeline: 'p', from: '2026-01-01', until: '2026-02-01', fromParam: 'date' }
    expect(backfillErrors(draft)).toEqual({})
    expect(backfillSpecSchema.parse(backfillSpec(draft, {}))).toMatchObject({
      pipeline: 'p',
      over: { kind: 'time', from: '2026-01-01', until: '2026-02-01', every: 'day', fromParam: 'date' },
      concurrency: 1,
    })
    expect(Object.keys(backfillErrors({ ...draft, until: '2025-12-31' }))).toEqual(['until'])
  })
  it('reads values as the param wants them', () => {
    const draft = { ...EMPTY_BACKFILL, pipeline: 'p', kind: 'values' as const, param: 'trees', values: '5\n 6 \n' }
    const spec = backfillSpec(draft, { trees: { schema: { type: 'integer' } } })
    expect(spec.over).toEqual({ kind: 'values', param: 'trees', values: [5, 6] })
    expect(backfillSpec(draft, { trees: { schema: { type: 'string' } } }).over).toMatchObject({ values: ['5', '6'] })
  })
})
