import { RegiaError, type Row } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import type { Answer } from './answer.ts'
import { inlineLane } from './lanes/lane.ts'
import { type AnsweredBatch, MicroBatcher } from './micro-batcher.ts'

const { rows } = tripRows(40, 'batch')
let session: ModelSession
beforeAll(async () => {
  session = await openModel(await packageTrips())
})
afterAll(() => session.close())

type Asked = { readonly score: Promise<number> }

/** A batcher that answers each call with the score of its first row, and what it was asked. */
function batcherOf(model: ModelSession) {
  const batches: number[] = []
  const lane = inlineLane(model, 512)
  const batched = { createBatch: model.createBatch, lane: () => lane, load: async () => undefined }
  const batcher = new MicroBatcher(batched, ({ calls, predictions }: AnsweredBatch) => {
    batches.push(calls.length)
    let from = 0
    for (const call of calls) {
      const served = { model: 'trips', version: 1, signature: model.signature }
      call.done({ served, predictions, from, count: call.rows.length, ids: [] })
      from += call.rows.length
    }
  })
  const ask = (asked: readonly Row[]): Asked => ({
    score: new Promise((resolve, reject) => {
      const done = ({ predictions, from }: Answer) => resolve(predictions.scores[from]!)
      batcher.add({ rows: asked, at: 0, receivedAt: performance.now(), done, fail: reject })
    }),
  })
  return { batcher, batches, ask }
}

describe('MicroBatcher', () => {
  it('makes one batch of what arrives in one turn, and gives each its own answer', async () => {
    const { batches, ask } = batcherOf(session)
    const scores = await Promise.all(rows.map((row) => ask([row]).score))
    expect(batches).toEqual([rows.length])
    expect(scores).toEqual([...(await session.predictRows(rows)).scores])
  })

  it('lets a bad request join no batch', async () => {
    const { batches, ask } = batcherOf(session)
    const [first, bad, last] = [ask([rows[0]!]), ask([{ miles: 1 }]), ask([rows[1]!])]
    await expect(bad.score).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    expect(await Promise.all([first.score, last.score])).toEqual([
      ...(await session.predictRows(rows.slice(0, 2))).scores,
    ])
    expect(batches).toEqual([2])
  })

  it('asks a batch that fails one by one, so that only the culprit fails', async () => {
    const failing: ModelSession = {
      ...session,
      predictBatch: async (batch) => {
        const predictions = await session.predictBatch(batch)
        if (batch.rowCount > 1) throw new RegiaError('MODEL_INVALID', 'too much')
        if (predictions.scores[0] === culprit) throw new RegiaError('MODEL_INVALID', 'this one')
        return predictions
      },
    }
    const [culprit] = (await session.predictRows([rows[3]!])).scores
    const { ask } = batcherOf(failing)
    const settled = await Promise.allSettled(rows.map((row) => ask([row]).score))
    expect(settled.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([3])
  })

  it('never answers with what is no number', async () => {
    const scores = new Float32Array([Number.NaN])
    const { ask } = batcherOf({ ...session, predictBatch: async () => ({ rowCount: 1, scores }) })
    await expect(ask([rows[0]!]).score).rejects.toMatchObject({ code: 'MODEL_INVALID', where: 'row 0' })
  })

  it('is drained when the last answer is out', async () => {
    const { batcher, batches, ask } = batcherOf(session)
    expect(batcher.isIdle).toBe(true)
    const asked = ask([rows[0]!])
    const large = ask(Array.from({ length: 1300 }, (_, i) => rows[i % rows.length]!))
    expect(batcher.isIdle).toBe(false)
    await batcher.drained()
    expect(batches).toHaveLength(2)
    expect(await asked.score).toBe(await large.score)
  })
})
