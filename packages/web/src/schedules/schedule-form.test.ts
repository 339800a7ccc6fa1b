import { scheduleSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { scheduleDraft, scheduleErrors, scheduleSpec } from './schedule-form.ts'

const schedule = (when: object) =>
  scheduleSchema.parse({
    name: 'nightly',
    pipeline: 'penguins',
    when,
    params: { trees: 9 },
    overlap: 'queue',
    isPaused: false,
    createdAt: '2026-01-01T00:00:00.000Z',
  })

describe('the form of a schedule', () => {
  it.each([
    { on: 'time', cron: '0 2 * * *', timezone: 'Europe/Paris', catchUp: 'all' },
    { on: 'dataset', dataset: 'flights' },
    { on: 'alias', model: 'delays', alias: 'champion' },
    { on: 'alert', monitor: 'delays' },
    { on: 'webhook' },
  ])('says of $on what the schedule said', (when) => {
    const draft = scheduleDraft(schedule(when))
    expect(scheduleErrors(draft)).toEqual({})
    expect(scheduleSpec(draft)).toMatchObject({ name: 'nightly', overlap: 'queue', params: { trees: 9 }, when })
  })
  it('says what is missing', () => {
    expect(scheduleErrors({ ...scheduleDraft(undefined), cron: '@daily', params: '[1]' })).toEqual({
      name: expect.any(String),
      pipeline: expect.any(String),
      cron: expect.any(String),
      params: expect.any(String),
    })
    const { subject } = scheduleErrors({ ...scheduleDraft(undefined), on: 'dataset' })
    expect(subject).toBe('which one?')
  })
})
