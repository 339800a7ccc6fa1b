import { type Attempt, attemptSchema, createIdFactory, type StepRun, stepRunSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { layOutRun } from './timeline-model.ts'

const newId = createIdFactory(
  () => 0,
  (count) => new Uint8Array(count),
)
const START = Date.parse('2026-01-01T00:00:00.000Z')
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

const attempt = (number: number, times: Partial<Attempt>): Attempt =>
  attemptSchema.parse({ number, status: 'succeeded', queuedAt: at(1), ...times })
const stepRun = (step: string, more: Partial<StepRun>): StepRun =>
  stepRunSchema.parse({
    id: newId('stepRun'),
    step,
    status: 'succeeded',
    attempts: [],
    inputs: {},
    outputs: {},
    ...more,
  })
const lanes = (now: number, ...steps: StepRun[]) =>
  layOutRun({ createdAt: at(0), steps }, START + now * 1000).lanes.map(({ step, spans }) => ({
    step,
    spans: spans.map(({ tone, from, until }) => [tone, (from - START) / 1000, (until - START) / 1000]),
  }))

describe('layOutRun', () => {
  it('keeps waiting for inputs, for a place, starting and running apart', () => {
    const attempts = [attempt(1, { leasedAt: at(3), startedAt: at(4), finishedAt: at(9) })]
    expect(lanes(20, stepRun('a', { attempts }))).toEqual([
      {
        step: 'a',
        spans: [
          ['blocked', 0, 1],
          ['queued', 1, 3],
          ['starting', 3, 4],
          ['running', 4, 9],
        ],
      },
    ])
  })
  it('gives each attempt a bar of its own, with the pause between them', () => {
    const attempts = [
      attempt(1, { status: 'failed', leasedAt: at(1), startedAt: at(1), finishedAt: at(2) }),
      attempt(2, { queuedAt: at(5), leasedAt: at(5), startedAt: at(5), finishedAt: at(8) }),
    ]
    expect(lanes(20, stepRun('a', { attempts }))[0]?.spans).toEqual([
      ['blocked', 0, 1],
      ['running', 1, 2],
      ['blocked', 2, 5],
      ['running', 5, 8],
    ])
  })
  it('ends what goes on at now, and an attempt without a worker is waiting', () => {
    expect(
      lanes(7, stepRun('a', { status: 'queued', attempts: [attempt(1, { status: 'queued' })] }))[0]?.spans,
    ).toEqual([
      ['blocked', 0, 1],
      ['queued', 1, 7],
    ])
  })
  it('shows how long a person was waited for', () => {
    const approval = { question: 'Go?', approvers: [], decidedAt: at(6), isApproved: true }
    expect(lanes(20, stepRun('ask', { startedAt: at(2), finishedAt: at(6), approval }))[0]?.spans).toEqual([
      ['blocked', 0, 2],
      ['paused', 2, 6],
    ])
  })
  it('stands in the order in which steps began; what has not begun stands last', () => {
    const first = stepRun('first', { attempts: [attempt(1, { startedAt: at(2), finishedAt: at(3) })] })
    const second = stepRun('second', { attempts: [attempt(1, { queuedAt: at(3), startedAt: at(4) })] })
    const waiting = stepRun('waiting', { status: 'waiting' })
    expect(lanes(9, waiting, second, first).map(({ step }) => step)).toEqual(['first', 'second', 'waiting'])
  })
  it('draws a mapped step, whose elements have attempts of their own, as one bar', () => {
    const map = { total: 3, waiting: 0, running: 1, succeeded: 2, cached: 0, failed: 0, durations: [], slowestMs: 0 }
    expect(lanes(9, stepRun('each', { status: 'running', startedAt: at(2), map }))[0]?.spans).toEqual([
      ['blocked', 0, 2],
      ['running', 2, 9],
    ])
  })
})
