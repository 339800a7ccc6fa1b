import type { TimelineEntry } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { layOut } from './timeline-layout.ts'

const entry = (kind: TimelineEntry['kind'], minute: number, eventTime?: string): TimelineEntry => ({
  kind,
  title: `${kind} at ${minute}`,
  detail: '',
  at: new Date(minute * 60_000).toISOString(),
  ...(eventTime && { eventTime }),
})

describe('layOut', () => {
  it('puts every kind on a lane of one shared axis', () => {
    const timeline = layOut([entry('deploy', 0), entry('alert', 50), entry('data', 100)], 'wall', [])
    expect(timeline?.lanes.map(({ kind }) => kind)).toEqual(['deploy', 'data', 'alert'])
    expect(timeline?.lanes.map(({ clusters }) => clusters[0]?.fraction)).toEqual([0, 1, 0.5])
  })
  it('joins marks that would overlap', () => {
    const timeline = layOut([entry('run', 0), entry('run', 1), entry('run', 99), entry('data', 100)], 'wall', [])
    const runs = timeline?.lanes.find(({ kind }) => kind === 'run')?.clusters
    expect(runs?.map(({ entries }) => entries.length)).toEqual([2, 1])
  })
  it('leaves out what has no event time', () => {
    const timeline = layOut([entry('run', 0), entry('deploy', 1, '2001-04-01T00:00:00.000Z')], 'event', [])
    expect(timeline?.lanes.map(({ kind }) => kind)).toEqual(['deploy'])
    expect(layOut([entry('run', 0)], 'event', [])).toBeUndefined()
  })
})
