import { monitorSpecSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { dueWindows } from './due-windows.ts'
import { triggerParams } from './trigger-params.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const drift = monitorSpecSchema.parse({ name: 'm', endpoint: 'e', window: '1d' })
const score = monitorSpecSchema.parse({ ...drift, performance: { minimum: 0.6, labelDelay: '30h' } })
const hours = [0, 5 * HOUR, DAY + HOUR, 3 * DAY].map((hour) => ({ hour, version: 1 }))
const shown = (windows: ReturnType<typeof dueWindows>) =>
  windows.map(({ from, isFinal, dueAt }) => [from / DAY, isFinal, dueAt / DAY])

describe('dueWindows', () => {
  it('closes a window when event time has passed its end, and passes over empty ones', () => {
    expect(shown(dueWindows(drift, DAY - 1, hours, []))).toEqual([])
    expect(shown(dueWindows(drift, DAY, hours, []))).toEqual([[0, true, 1]])
    expect(shown(dueWindows(drift, 10 * DAY, hours, []))).toEqual([
      [0, true, 1],
      [1, true, 2],
      [3, true, 4],
    ])
  })

  it('judges twice where labels matter, in the order of event time', () => {
    expect(shown(dueWindows(score, 3 * DAY, hours, []))).toEqual([
      [0, false, 1],
      [1, false, 2],
      [0, true, 2.25],
    ])
  })

  it('says nothing twice', () => {
    const judged = [
      { version: 1, from: 0, isFinal: true },
      { version: 1, from: DAY, isFinal: false },
    ]
    expect(shown(dueWindows(score, 4 * DAY, hours, judged))).toEqual([
      [1, true, 3.25],
      [3, false, 4],
    ])
  })

  it('keeps versions apart', () => {
    const both = [...hours, { hour: HOUR, version: 2 }]
    expect(dueWindows(drift, DAY, both, []).map(({ version }) => version)).toEqual([1, 2])
  })
})

describe('triggerParams', () => {
  it('resolves times relative to the alert and leaves the rest alone', () => {
    const params = {
      from: { alertTime: { minus: '10d', as: 'date' } },
      until: { alertTime: { minus: '1h', as: 'timestamp' } },
      trees: 40,
      list: [{ alertTime: 'no template' }],
    } as const
    expect(triggerParams({ ...params, list: [...params.list] }, Date.parse('2001-05-11T12:00:00Z'))).toEqual({
      from: '2001-05-01',
      until: '2001-05-11T11:00:00.000Z',
      trees: 40,
      list: [{ alertTime: 'no template' }],
    })
  })
})
