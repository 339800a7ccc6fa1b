import { describe, expect, it } from 'vitest'
import { startServer } from '../../../test/start-server.ts'

const AT = Date.parse('2026-03-01T00:00:00Z')
const metric = (key: string, value: number | 'NaN' | 'Infinity', step = 0) => ({ key, value, step, atMs: AT + step })

describe('searching over HTTP', () => {
  it('finds, orders, pages and counts runs as soon as they are logged', async () => {
    const { client } = await startServer()
    for (const [i, rmse] of [3, 1, 2].entries()) {
      const { id } = await client.tracking.create({ id: `r${i}`, experiment: 'grid' })
      await client.tracking.log(id, {
        metrics: [metric('test/rmse', rmse), metric('odd', 'NaN')],
        params: { depth: String(i) },
      })
      expect((await client.tracking.search({ filter: `metrics.test/rmse = ${rmse}` })).items).toHaveLength(1)
    }
    await client.tracking.create({ id: 'child', experiment: 'grid', parentId: 'r1' })
    const query = { filter: 'metrics.test/rmse < 3', orderBy: ['metrics.test/rmse DESC'], limit: 1 }
    const first = await client.tracking.search(query)
    const second = await client.tracking.search({ ...query, cursor: first.nextCursor! })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['r2', 'r1'])
    expect(second).toMatchObject({
      items: [
        {
          childCount: 1,
          startedAt: '2026-03-01T00:00:00.000Z',
          params: { depth: '1' },
          metrics: [
            { key: 'odd', value: 'NaN' },
            { key: 'test/rmse', value: 1 },
          ],
        },
      ],
    })
    expect(second.nextCursor).toBeUndefined()
    expect((await client.tracking.search({ parent: 'r1' })).items.map(({ id }) => id)).toEqual(['child'])
    expect(await client.tracking.count({ filter: 'metrics.test/rmse < 3' })).toEqual({ total: 2 })
    expect(await client.tracking.count()).toEqual({ total: 4 })
    expect(await client.tracking.fields({ prefix: 'test' })).toEqual({
      params: [],
      metrics: [{ key: 'test/rmse', runCount: 3 }],
      tags: [],
    })
  })

  it('points at what is wrong with a filter', async () => {
    const { client } = await startServer()
    await expect(client.tracking.search({ filter: "metrics.rmse < 'x'" })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'filter:16',
    })
    await expect(client.tracking.search({ orderBy: ['metrics.rmse DWON'] })).rejects.toMatchObject({
      where: 'orderBy.0:14',
    })
    await expect(client.tracking.search({ cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'cursor',
    })
  })

  it('answers the history of a metric and draws it', async () => {
    const { client } = await startServer()
    const key = `loss/${'x'.repeat(240)}`
    await client.tracking.create({ id: 'r' })
    await client.tracking.log('r', { metrics: [metric(key, 'Infinity', 0), metric(key, 1, 1), metric(key, 'NaN', 2)] })
    const first = await client.tracking.history('r', key, { limit: 2 })
    expect(first.items).toEqual([
      { value: 'Infinity', step: 0, atMs: AT },
      { value: 1, step: 1, atMs: AT + 1 },
    ])
    const second = await client.tracking.history('r', key, { cursor: first.nextCursor! })
    expect(second).toEqual({ items: [{ value: 'NaN', step: 2, atMs: AT + 2 }] })
    expect(await client.tracking.chart({ runs: ['r', 'nobody'], keys: [key] })).toEqual({
      curves: [{ run: 'r', key, pointCount: 3, isReduced: false, x: [0, 1, 2], value: ['Infinity', 1, 'NaN'] }],
    })
  })
})
