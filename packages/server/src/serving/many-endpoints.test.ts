import { expect, it } from 'vitest'
import { serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

const COUNT = 25

it('starts with many endpoints without loading them, and loads each when it is asked', async () => {
  const first = await serveTrips()
  for (let i = 0; i < COUNT; i++) {
    await first.register(`model-${i}`, await packageTrips({ trees: 2 + (i % 3), seed: i }), 'champion')
    await first.apply({ name: `endpoint-${i}`, stable: `model-${i}@champion` })
  }
  await first.server.close()

  const second = await serveTrips({ home: first.home, projectDir: first.projectDir, maxLoadedBytes: 5_000_000 })
  const { items } = (await second.send('GET', '/api/v1/endpoints?limit=100')).body
  expect(items).toHaveLength(COUNT)
  expect(items.every(({ deployments }: { deployments: { isLoaded: boolean }[] }) => !deployments[0]?.isLoaded)).toBe(
    true,
  )
  expect((await second.send('GET', '/v2/health/ready')).status).toBe(200)

  const { rows } = tripRows(3, 'many')
  for (const round of [1, 2]) {
    for (let i = 0; i < COUNT; i++) {
      const { status } = await second.send('POST', `/api/v1/endpoints/endpoint-${i}/predict`, { rows })
      expect([round, i, status]).toEqual([round, i, 200])
    }
  }
  const after = (await second.send('GET', '/api/v1/endpoints?limit=100')).body.items
  const loaded = after.filter(({ deployments }: { deployments: { isLoaded: boolean }[] }) => deployments[0]?.isLoaded)
  // Five million bytes are room for a few of them.
  expect(loaded.length).toBeGreaterThan(1)
  expect(loaded.length).toBeLessThan(COUNT / 2)
  expect(after[0].deployments[0]).toMatchObject({ lane: 'inline', batching: 'on' })
  await second.close()
})
