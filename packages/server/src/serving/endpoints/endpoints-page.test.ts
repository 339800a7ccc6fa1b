import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips } from '../../../test/serving/trips.ts'

let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips()
  await served.register('trips', await packageTrips(), 'champion')
  for (const name of ['eta', 'Fares', 'fares-fast', 'offers']) await served.apply({ name })
}, 60_000)
afterAll(() => served?.close())

const list = async (query: string) => {
  const { status, body } = await served.send('GET', `/api/v1/endpoints?${query}`)
  return {
    status,
    total: body.total,
    names: body.items?.map(({ spec }: { spec: { name: string } }) => spec.name),
    body,
  }
}

it('finds endpoints by a piece of their name, page by page', async () => {
  const first = await list('search=ARE&limit=1')
  expect(first).toMatchObject({ status: 200, total: 2, names: [expect.stringMatching(/fares/i)] })
  const second = await list(`search=ARE&limit=1&cursor=${first.body.nextCursor}`)
  expect([...first.names, ...second.names].sort()).toEqual(['Fares', 'fares-fast'])
  expect(second.body.nextCursor).toBeUndefined()
  expect(await list('search=nobody')).toMatchObject({ total: 0, names: [] })
  expect((await list('')).total).toBe(4)
  expect((await list('cursor=elsewhere')).status).toBe(400)
})
