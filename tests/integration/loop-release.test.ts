import { type Decision, pairedDelong } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS, midnight } from '../../examples/flights/demo/days.ts'
import { type Flight, flightStream } from '../../examples/flights/demo/flight-stream.ts'
import { artifactFile, DAYS, flightsProject, succeeded } from './flights-project.ts'
import { logOf, RULE, until } from './flights-traffic.ts'
import { regiaJson, regiaUp, type Up } from './regia-command.ts'

const LEARNT = { trees: 60, leaves: 31, learningRate: 0.15 }
const BATCH = 250
const HARDLY = { trees: 2, leaves: 2, learningRate: 0.5 }

/** Candidates that a weak gate lets pass: only the comparison on days that neither was trained on can tell them apart. */
describe('a challenger in shadow', { timeout: 300_000 }, () => {
  let project: Awaited<ReturnType<typeof flightsProject>>
  let server: Up
  let client: RegiaClient
  /** Flights of the days after the training, with their history. */
  const flights: Flight[] = []

  const train = async (setting: typeof LEARNT) =>
    succeeded(client, await client.pipelines.run('duel', { params: { ...DAYS, setting } }))

  beforeAll(async () => {
    project = await flightsProject()
    server = await regiaUp({ cwd: project.dir })
    client = createClient({ url: server.url })
    await client.datasets.ingest('flights', { path: 'flights.parquet' })
    await client.datasets.ingest('airports', { path: 'airports.csv' })
    await regiaJson({ cwd: project.dir }, 'apply')
    const first = await train(HARDLY)
    await client.endpoints.apply({
      name: 'duel',
      description: '',
      stable: 'duel@champion',
      shadow: { model: 'duel@challenger', rule: RULE },
    })
    const features = await artifactFile(client, first, 'add-history', 'flights')
    const from = midnight('2001-02-22')
    for await (const flight of flightStream(features.path, from, from + 5 * DAY_MS, { compared: 0, different: 0 })) {
      flights.push(flight)
    }
    await features.remove()
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  it('takes over where it is better and is refused where it is worse, by figures that can be counted again', async () => {
    await train(LEARNT)
    const promoted = await duel()
    expect(promoted.decision).toMatchObject({ kind: 'promoted', by: 'promotion rule', fromVersion: 1, toVersion: 2 })
    expectSameFigures(promoted)
    expect((await client.models.version('duel', 'champion')).version).toBe(2)
    const served = await client.endpoints.predict('duel', { rows: [flights[0]!.row] })
    expect(served.version).toBe(2)

    await train({ ...HARDLY, trees: 3 })
    const refused = await duel()
    expect(refused.decision).toMatchObject({ kind: 'refused', by: 'promotion rule', fromVersion: 2, toVersion: 3 })
    expect(refused.decision.comparison!.interval!.upper).toBeLessThan(RULE.minimumDifference)
    expectSameFigures(refused)
    expect((await client.models.version('duel', 'champion')).version).toBe(2)
  })

  type Duel = {
    readonly decision: Decision
    readonly labelled: readonly string[]
    readonly log: Awaited<ReturnType<typeof logOf>>
  }

  /** Sends flights and, when both versions have answered, their labels, until the rule has decided. */
  async function duel(): Promise<Duel> {
    const before = (await decisions()).length
    // What is answered while the challenger still loads is not compared.
    await until(async () =>
      (await client.endpoints.get('duel')).deployments.some(
        ({ role, state }) => role === 'shadow' && state === 'ready',
      ),
    )
    const labelled: string[] = []
    for (let i = 0; i + BATCH <= flights.length; i += BATCH) {
      const batch = flights.slice(i, i + BATCH)
      const at = new Date(batch[0]!.departedAt).toISOString()
      const { predictions } = await client.endpoints.predict('duel', { rows: batch.map(({ row }) => row), at })
      const isDecided = async () => (await decisions()).length > before
      await until(async () => (await isDecided()) || (await pairCount()) >= i + BATCH)
      if (!(await isDecided())) {
        labelled.push(...predictions.map(({ id }) => id))
        await client.labels.push({
          labels: predictions.map(({ id }, k) => ({ predictionId: id, label: String(batch[k]!.late) })),
        })
      }
      const decided = await decisions()
      const [decision] = decided
      if (decision && decided.length > before) return { decision, labelled, log: await logOf(client, 'duel') }
    }
    throw new Error(
      `No decision after ${labelled.length} labels: ${(await client.endpoints.comparison('duel'))?.reason}`,
    )
  }

  const pairCount = async () => (await client.endpoints.comparison('duel'))?.pairCount ?? 0

  /** What the rule has decided, newest first. */
  const decisions = async () =>
    (await client.endpoints.decisions('duel', { limit: 50 })).items.filter(
      ({ kind }) => kind === 'promoted' || kind === 'refused',
    )

  /** The paired comparison once more, from the log and the labels as anybody can read them. */
  function expectSameFigures({ decision, labelled, log }: Duel): void {
    const { comparison } = decision
    const logged = new Map(log.map((prediction) => [prediction.id, prediction]))
    const pairs = labelled.map((id) => logged.get(id)!).filter(({ shadow }) => shadow?.version === decision.toVersion)
    const n = Number(/on (\d+) pairs/.exec(decision.reason)![1])
    const seen = pairs.slice(0, n)
    expect(seen.length).toBe(n)
    const again = pairedDelong(
      Float64Array.from(seen, ({ score }) => score),
      Float64Array.from(seen, ({ shadow }) => shadow!.score),
      Uint8Array.from(seen, ({ actual }) => Number(actual === 'true')),
      comparison!.interval!.confidence,
    )
    expect(comparison!.championAuc).toBeCloseTo(again.firstAuc, 10)
    expect(comparison!.challengerAuc).toBeCloseTo(again.secondAuc, 10)
    expect(comparison!.difference).toBeCloseTo(again.difference, 10)
    expect(comparison!.interval!.lower).toBeCloseTo(again.interval.lower, 10)
    expect(comparison!.interval!.upper).toBeCloseTo(again.interval.upper, 10)
  }
})
