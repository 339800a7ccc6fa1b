import { describe, expect, it } from 'vitest'
import { openTracking } from '../../test/open-tracking.ts'

describe('RunService', () => {
  it('keeps what is logged', async () => {
    const { experiments, runs } = await openTracking()
    const { id: experimentId } = await experiments.getOrCreate('grid')
    const run = await runs.create({ experimentId, source: 'track', tags: [{ key: 'a', value: '1' }] })
    await runs.log(run.id, {
      metrics: [
        { key: 'loss', value: 0.5, step: 1, atMs: 10 },
        { key: 'loss', value: Number.NaN, step: 2, atMs: 11 },
        { key: 'top', value: Number.POSITIVE_INFINITY, step: 0, atMs: 11 },
      ],
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'b', value: '2' }],
    })
    expect(await runs.get(run.id)).toMatchObject({
      params: { depth: '3' },
      tags: { a: '1', b: '2' },
      metrics: [
        { key: 'loss', value: Number.NaN, step: 2, atMs: 11 },
        { key: 'top', value: Number.POSITIVE_INFINITY },
      ],
    })
  })
})
