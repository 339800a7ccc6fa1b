import { setTimeout as sleep } from 'node:timers/promises'
import { createRng, type LoggedPrediction } from '@regia/core'
import { expect, it } from 'vitest'
import { startChildServer } from '../../test/serving/child-server.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

const ROUNDS = 12
const CLIENTS = 6
const START = Date.parse('2001-05-01T00:00:00.000Z')

/** What the server acknowledged. */
type Acknowledged = { readonly ids: string[]; readonly labels: Map<string, boolean>; sent: number }

const post = async (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

/** Predicts and labels until the server is gone; notes only what came back whole. */
async function ask(url: string, client: number, acknowledged: Acknowledged): Promise<void> {
  const { rows, late } = tripRows(50, `client ${client}`)
  for (;;) {
    const number = acknowledged.sent++
    try {
      const at = new Date(START + number * 60_000).toISOString()
      const many = { rows: rows.slice(0, 1 + (number % 3)), at }
      const reply = await post(`${url}/api/v1/endpoints/trips/predict`, many)
      const { predictions } = (await reply.json()) as { predictions: { id: string }[] }
      const ids = predictions.map(({ id }) => id)
      acknowledged.ids.push(...ids)
      const labels = ids.map((predictionId, i) => ({ predictionId, label: late[i] ?? false }))
      await (await post(`${url}/api/v1/labels`, { labels })).json()
      for (const { predictionId, label } of labels) acknowledged.labels.set(predictionId, label)
    } catch {
      return
    }
  }
}

async function allPredictions(served: ServedTrips): Promise<LoggedPrediction[]> {
  const found: LoggedPrediction[] = []
  let cursor = ''
  for (;;) {
    const { body } = await served.send('GET', `/api/v1/endpoints/trips/predictions?limit=1000${cursor}`)
    found.push(...body.items)
    if (!body.nextCursor) return found
    cursor = `&cursor=${body.nextCursor}`
  }
}

it('loses and doubles nothing, whenever it is killed', { timeout: 120_000 }, async () => {
  const first = await serveTrips()
  await first.register('trips', await packageTrips())
  await first.apply({ name: 'trips' })
  await first.server.close()

  const rng = createRng('kill')
  const acknowledged: Acknowledged = { ids: [], labels: new Map(), sent: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const child = await startChildServer(first.home, first.projectDir)
    const clients = Array.from({ length: CLIENTS }, (_, client) => ask(child.url, client, acknowledged))
    await sleep(100 + rng.integer(1400))
    await child.kill()
    await Promise.all(clients)
  }

  const served = await serveTrips({ home: first.home, projectDir: first.projectDir })
  const logged = await allPredictions(served)
  const byId = new Map(logged.map((prediction) => [prediction.id, prediction]))
  expect(byId.size).toBe(logged.length)
  expect(acknowledged.ids.length).toBeGreaterThan(500)
  expect(new Set(acknowledged.ids).size).toBe(acknowledged.ids.length)
  expect(acknowledged.ids.filter((id) => !byId.has(id))).toEqual([])
  const wrong = [...acknowledged.labels].filter(([id, label]) => byId.get(id)?.actual !== String(label))
  expect(wrong).toEqual([])

  const { serving } = served.server.services
  const [counts] = await serving.counts.counts('trips')
  const labelled = logged.filter(({ actual }) => actual !== undefined).length
  expect(counts).toMatchObject({ predictionCount: logged.length, labelCount: labelled })
  const sketches = await serving.counts.sketches('trips', 1, 0, Number.MAX_SAFE_INTEGER)
  expect(sketches.reduce((sum, { prediction }) => sum + prediction.n, 0)).toBe(logged.length)
  expect(sketches.reduce((sum, { columns }) => sum + (columns.miles?.n ?? 0), 0)).toBe(logged.length)
  expect(sketches.reduce((sum, { labels }) => sum + countOf(labels.positives) + countOf(labels.negatives), 0)).toBe(
    labelled,
  )
  await served.close()
})

/** The sum of counts as sketches pack them: plainly, or as places and counts in turn. */
function countOf(packed: readonly number[] | { readonly sparse: readonly number[] }): number {
  const counts = 'sparse' in packed ? packed.sparse.filter((_, i) => i % 2 === 1) : packed
  return counts.reduce((sum, count) => sum + count, 0)
}
