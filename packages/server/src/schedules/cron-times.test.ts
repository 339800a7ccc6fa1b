import { describe, expect, it } from 'vitest'
import { cronTimes } from './cron-times.ts'

/** The next times after a moment, in UTC. */
function after(cron: string, timezone: string, from: string, count: number): readonly string[] {
  const times = cronTimes(cron, timezone)
  const found: string[] = []
  for (let time = times.after(Date.parse(from)); time !== undefined && found.length < count; time = times.after(time)) {
    found.push(new Date(time).toISOString().slice(0, 16))
  }
  return found
}

/** The same times, looked up backwards from the last. */
const until = (cron: string, timezone: string, at: string, count: number) =>
  cronTimes(cron, timezone)
    .until(Date.parse(at), count)
    .map((time) => new Date(time).toISOString().slice(0, 16))

// 2026 in Berlin: on 29 March 2:00 becomes 3:00 (01:00 UTC), on 25 October 3:00 becomes 2:00 (01:00 UTC).
const BERLIN = 'Europe/Berlin'

describe('cronTimes', () => {
  it('runs a time that the clock leaves out right after the change, once', () => {
    const days = ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']
    expect(after('30 2 * * *', BERLIN, '2026-03-27T12:00:00Z', 3)).toEqual(days)
    expect(until('30 2 * * *', BERLIN, '2026-03-30T12:00:00Z', 3)).toEqual(days)
  })

  it('runs a time that comes twice the first time only', () => {
    const days = ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']
    expect(after('30 2 * * *', BERLIN, '2026-10-23T12:00:00Z', 3)).toEqual(days)
    expect(until('30 2 * * *', BERLIN, '2026-10-26T12:00:00Z', 3)).toEqual(days)
    const hours = ['2026-10-25T00:00', '2026-10-25T02:00', '2026-10-25T03:00', '2026-10-26T01:00']
    expect(after('0 2-4 * * *', BERLIN, '2026-10-24T12:00:00Z', 4)).toEqual(hours)
  })

  it('counts real hours where the hour is every hour', () => {
    expect(after('0 * * * *', BERLIN, '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ])
    expect(after('*/30 * * * *', BERLIN, '2026-03-29T00:10:00Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ])
  })

  it('goes back to what it found going forth, through a whole year with both changes', () => {
    for (const cron of ['15 2 * * *', '0 2-4 * * *', '0 */6 * * *', '30 1 * * 0', '0 12 1 * *']) {
      const forth = after(cron, BERLIN, '2025-12-31T23:30:00Z', 2_000).filter((time) => time < '2026-12-31')
      const back = until(cron, BERLIN, '2026-12-30T23:59:00Z', 5_000).filter((time) => time >= '2025-12-31T23:30')
      expect(back, cron).toEqual(forth)
      expect(new Set(forth).size, cron).toBe(forth.length)
    }
  })

  it('takes the moment itself as past', () => {
    expect(until('0 * * * *', 'UTC', '2026-03-01T05:00:00Z', 1)).toEqual(['2026-03-01T05:00'])
    expect(after('0 * * * *', 'UTC', '2026-03-01T05:00:00Z', 1)).toEqual(['2026-03-01T06:00'])
  })

  it.each([
    ['61 * * * *', 'UTC', '"61 * * * *" is no cron line: Invalid value for minute: 61'],
    ['* * * * * *', 'UTC', '"* * * * * *" has 6 fields; a cron line has five.'],
    ['@daily', 'UTC', '"@daily" has 1 field; a cron line has five.'],
    ['* * * * *', 'Mars/Olympus', '"Mars/Olympus" is no time zone.'],
  ])('refuses %s in %s', (cron, timezone, message) => {
    expect(() => cronTimes(cron, timezone)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }))
  })
})
