import { RegiaError } from '@regia/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PredictionRecord } from '../prediction-log/index.ts'
import type { FromProcess } from './messages.ts'
import { AnswerSender } from './remote-writer.ts'

const record: PredictionRecord = {
  ...{ kind: 'prediction', model: 'm', version: 1, at: 0, loggedAt: 0, latencyMs: 1, score: 0.5, row: { x: 1 } },
}
const answered = (rowCount: number) => ({ records: Array(rowCount).fill(record), counts: [rowCount], release: 'r' })
const guard = { consecutiveFailures: 3, invalidAnswers: 0 }

function open() {
  const sent: FromProcess[] = []
  const sender = new AnswerSender((message) => sent.push(message))
  return { sent, sender, writer: sender.writerOf('late') }
}

describe('AnswerSender', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('answers with the ids that the writer gave, or its error', async () => {
    const { sent, sender, writer } = open()
    const [first, second] = [writer.append(answered(2)), writer.append(answered(1))]
    expect(sent).toMatchObject([
      { kind: 'write', number: 1, endpoint: 'late', counts: [2], release: 'r' },
      { kind: 'write', number: 2, counts: [1] },
    ])
    const error = new RegiaError('LOG_WRITE_FAILED', 'The disk is full.').toBody()
    sender.written({ number: 2, error })
    sender.written({ number: 1, ids: ['a', 'b'] })
    expect(await first).toEqual(['a', 'b'])
    await expect(second).rejects.toMatchObject({ code: 'LOG_WRITE_FAILED' })
  })

  it('gives up on a writer that stands still, and hears its late answer in silence', async () => {
    const { sender, writer } = open()
    const late = expect(writer.append(answered(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await vi.advanceTimersByTimeAsync(6_000)
    await late
    sender.written({ number: 1, ids: ['a'] })
  })

  it('bounds what waits', async () => {
    const { sender, writer } = open()
    const many = writer.append(answered(60_000))
    await expect(writer.append(answered(1))).rejects.toMatchObject({ code: 'OVERLOADED' })
    sender.written({ number: 1, ids: ['a'] })
    await many
    const next = writer.append(answered(1))
    sender.written({ number: 2, ids: ['b'] })
    expect(await next).toEqual(['b'])
  })

  it('tells what happened before the answers that came after it, and by itself after a while', async () => {
    const { sent, writer } = open()
    const recorder = writer.recorder({ id: 'r', stableVersion: 1, guard, onTripped: () => {} })
    recorder.failed(2, { latencyMs: 3, isInvalid: true })
    void writer.append(answered(1))
    const failure = { release: 'r', version: 2, latencyMs: 3, isInvalid: true }
    expect(sent).toMatchObject([{ kind: 'happened', endpoint: 'late', failures: [failure] }, { kind: 'write' }])
    recorder.assigned('anna', 2)
    writer.countError(7)
    writer.countFallback('late')
    await vi.advanceTimersByTimeAsync(100)
    const told = { errors: [7], fallbacks: ['late'], units: [['r', 'anna', 2]] }
    expect(sent.slice(2)).toMatchObject([{ kind: 'happened', ...told }])
  })
})
