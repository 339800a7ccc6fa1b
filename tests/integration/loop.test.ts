import { join } from 'node:path'
import type { Run } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createRng, readTable, shuffled } from 'regia'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BREAKAGES } from '../../examples/flights/demo/breakage.ts'
import { DAY_MS, HOUR_MS, midnight } from '../../examples/flights/demo/days.ts'
import { type Flight, flightStream, readFlights } from '../../examples/flights/demo/flight-stream.ts'
import { Replay } from '../../examples/flights/demo/replay.ts'
import { refusedByChecks } from '../../examples/flights/demo/summary.ts'
import delays from '../../examples/flights/monitors/delays.ts'
import { artifactFile, DAYS, finished, flightsProject } from './flights-project.ts'
import {
  everything,
  firstLastingDrift,
  logOf,
  passTime,
  RULE,
  sendDay,
  watchedEndpoint,
  windowsOf,
} from './flights-traffic.ts'
import { regiaJson, regiaUp, type Up } from './regia-command.ts'
import { sketchedPredictions } from './sketched.ts'

/** The main job on a smaller sample, against a real server and real processes: every figure is asked of the server and counted once more here. */
describe('the loop on real flights', { timeout: 180_000 }, () => {
  let project: Awaited<ReturnType<typeof flightsProject>>
  let server: Up
  let client: RegiaClient
  let first: Run
  /** Flights of the training days that training never saw. */
  let control: readonly Flight[]
  let features: Awaited<ReturnType<typeof artifactFile>>

  beforeAll(async () => {
    project = await flightsProject()
    const place = { cwd: project.dir }
    server = await regiaUp(place)
    client = createClient({ url: server.url })
    await client.datasets.ingest('flights', { path: 'flights.parquet' })
    await client.datasets.ingest('airports', { path: 'airports.csv' })
    const days = Object.entries(DAYS).flatMap(([name, day]) => ['--param', `${name}=${day}`])
    first = await regiaJson<Run>(place, 'run', 'delays', ...days)
    await regiaJson(place, 'apply')
    const kept = await artifactFile(client, first, 'split', 'control')
    control = readFlights(await readTable(kept.path))
    await kept.remove()
    features = await artifactFile(client, first, 'add-history', 'flights')
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    await features?.remove()
    await project?.remove()
  })

  const drawn = (seed: number | string, count: number) => shuffled([...control], createRng(seed)).slice(0, count)

  describe('monitoring', () => {
    const ROWS_A_DAY = 300
    const START = midnight('2001-04-01')
    const dayOf = (flights: readonly Flight[], day: number) => flights.slice(day * ROWS_A_DAY, (day + 1) * ROWS_A_DAY)

    it('raises no alert while nothing changes, whatever the seed', async () => {
      const days = 8
      let alertCount = 0
      for (let seed = 1; seed <= 20; seed++) {
        const name = `control-${seed}`
        await watchedEndpoint(client, { name, stable: 'delays@1' })
        const flights = drawn(seed, days * ROWS_A_DAY + 1)
        for (let day = 0; day < days; day++) await sendDay(client, name, dayOf(flights, day), START + day * DAY_MS)
        await passTime(client, name, flights.at(-1)!, START + days * DAY_MS)
        const monitor = await client.monitors.evaluate(name)
        expect(monitor.windowCount).toBe(days)
        const windows = await windowsOf(client, name)
        expect(windows.every(({ performance }) => performance!.isFinal && performance!.labelCount === ROWS_A_DAY)).toBe(
          true,
        )
        alertCount += (await client.alerts.list({ monitor: name })).total
      }
      expect(alertCount).toBeLessThanOrEqual(1)
    })

    type Expected = {
      readonly kind: 'drift' | 'performance'
      readonly column?: unknown
      readonly metric?: string
      readonly value?: unknown
      readonly cause?: object
    }
    const EXPECTED: Readonly<Record<string, Expected>> = {
      'distance-x100': { kind: 'drift', column: 'distance', cause: { column: 'distance' } },
      'airport-renamed': {
        kind: 'drift',
        column: 'origin',
        cause: { column: 'origin', text: expect.stringContaining('never seen in training') },
      },
      nulls: {
        kind: 'drift',
        column: expect.stringMatching(/^(origin|destination)_mean_delay$/),
        cause: { text: expect.stringContaining('100 % of values are missing') },
      },
      'labels-flipped': { kind: 'performance', metric: 'auc', value: expect.closeTo(0.25, 1) },
    }

    it.each(BREAKAGES)('raises an alert that names the cause when it is broken: $label', async (breakage) => {
      const name = `broken-${breakage.name}`
      await watchedEndpoint(client, { name, stable: 'delays@1' })
      const flights = drawn(breakage.name, 5 * ROWS_A_DAY + 1)
      for (let day = 0; day < 5; day++) {
        await sendDay(client, name, dayOf(flights, day), START + day * DAY_MS, day < 2 ? {} : breakage)
      }
      await passTime(client, name, flights.at(-1)!, START + 5 * DAY_MS)
      await client.monitors.evaluate(name)
      const { kind, cause, ...expected } = EXPECTED[breakage.name]!
      const alerts = await everything((query) => client.alerts.list({ ...query, monitor: name }))
      // A model whose inputs are lost may score too low as well: that is a second fault, with an alert of its own.
      const ofKind = alerts.filter((alert) => alert.kind === kind)
      expect(ofKind).toMatchObject([
        { status: 'open', version: 1, window: { from: '2001-04-05T00:00:00.000Z' }, ...expected },
      ])
      if (cause) expect(ofKind[0]!.causes[0]).toMatchObject(cause)
      expect(alerts.every((alert) => alert.window.from === '2001-04-05T00:00:00.000Z')).toBe(true)
    })

    it('has the alerts that the windows say, and no others', async () => {
      const monitors = (await client.monitors.list()).items.map(({ spec }) => spec.name)
      const alerts = await everything((query) => client.alerts.list(query))
      for (const name of monitors) {
        const windows = await windowsOf(client, name)
        const drift = firstLastingDrift(windows, delays.spec.consecutiveWindows)
        const opened = alerts.filter((alert) => alert.monitor === name && alert.kind === 'drift')
        expect(opened.map(({ window }) => window.from)).toEqual(drift ? [drift.from] : [])
      }
    })
  })

  describe('figures', () => {
    it('are counted from the log, the labels and the sketches', async () => {
      const name = 'counted'
      await watchedEndpoint(client, { name, stable: 'delays@1' })
      const replay = new Replay(client, name)
      const from = midnight('2001-02-20')
      const history = { compared: 0, different: 0 }
      for await (const flight of flightStream(features.path, from, from + 2 * DAY_MS, history)) {
        // Labels come as flights land, within the delay that the monitor allows them.
        if (flight.departedAt - replay.now >= HOUR_MS) await replay.advance(flight.departedAt)
        if (flight.number % 5 === 0) await replay.depart(flight)
      }
      await replay.advance(from + 3 * DAY_MS)
      await passTime(client, name, control[0]!, from + 2 * DAY_MS)
      const monitor = await client.monitors.evaluate(name)
      expect(history.different).toBe(0)
      expect(replay.counts).toMatchObject({ failed: 0, labels: replay.counts.requests })

      const log = await logOf(client, name)
      const labelled = log.filter(({ actual }) => actual !== undefined)
      const endpoint = await client.endpoints.get(name)
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length)
      expect(log.length).toBe(replay.counts.requests + 1)
      expect(endpoint).toMatchObject({ predictionCount: log.length, labelCount: labelled.length, errorCount: 0 })
      expect(labelled.length).toBe(replay.counts.labels + 1)

      expect(monitor.windowCount).toBe(2)
      for (const window of await windowsOf(client, name)) {
        const isInside = ({ at }: { at: string }) => at >= window.from && at < window.until
        expect(window.predictionCount).toBe(log.filter(isInside).length)
        expect(window.performance!.labelCount).toBe(labelled.filter(isInside).length)
      }
      expect(sketchedPredictions(join(project.dir, '.regia/regia.db'), name)).toBe(log.length)
    })
  })

  describe('retraining', () => {
    it('refuses a candidate whose labels were permuted', async () => {
      const name = 'permuted'
      const [action] = delays.spec.actions
      await client.endpoints.apply({
        name,
        description: '',
        stable: 'delays@champion',
        shadow: { model: 'delays@challenger', rule: RULE },
      })
      await client.monitors.apply({
        ...delays.spec,
        name,
        endpoint: name,
        actions: [{ ...action!, params: { ...action!.params, labels: 'permuted' } }],
      })
      const { row } = BREAKAGES.find((breakage) => breakage.name === 'distance-x100')!
      const flights = drawn(name, 901)
      const start = midnight('2001-03-01')
      for (let day = 0; day < 3; day++) {
        await sendDay(client, name, flights.slice(day * 300, (day + 1) * 300), start + day * DAY_MS, { row: row! })
      }
      await passTime(client, name, flights.at(-1)!, start + 3 * DAY_MS)
      await client.monitors.evaluate(name)

      const [alert] = (await client.alerts.list({ monitor: name })).items
      const run = await finished(client, alert!.actions[0]!.runId!)
      expect(run).toMatchObject({
        status: 'succeeded',
        trigger: { kind: 'alert', alertId: alert!.id, monitor: name },
        params: { trainFrom: '2000-12-04', trainUntil: '2001-02-21', testUntil: '2001-03-02', labels: 'permuted' },
      })
      const step = (name: string) => run.steps.find((each) => each.step === name)!
      expect(step('train').status).toBe('succeeded')
      expect(step('gate').outputs.passed!.value).toBe(false)
      expect(step('register').status).toBe('skipped')
      expect((await client.models.versions('delays')).total).toBe(1)
      expect((await client.models.version('delays', 'champion')).version).toBe(1)
      // … and the story can say why.
      expect(await refusedByChecks(client)).toEqual([{ number: run.number, checks: expect.stringMatching(/auc/i) }])
      const endpoint = await client.endpoints.get(name)
      expect(endpoint.deployments.map(({ version, role }) => [version, role])).toEqual([[1, 'stable']])
    })
  })
})
