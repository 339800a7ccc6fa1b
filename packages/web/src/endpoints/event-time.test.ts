import { expect, it } from 'vitest'
import { eventTimeOf } from './event-time.ts'

const now = Date.parse('2026-11-22T08:00:00.000Z')

it('stays in the time of a replay, and is now otherwise', () => {
  expect(eventTimeOf({ watermark: '2001-06-30T23:00:00.000Z' }, now)).toBe('2001-06-30T23:00:00.000Z')
  expect(eventTimeOf({ watermark: '2026-11-22T07:59:00.000Z' }, now)).toBeUndefined()
  expect(eventTimeOf({}, now)).toBeUndefined()
})
