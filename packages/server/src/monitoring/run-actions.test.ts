import { digestOf, monitorActionSchema, type RunId, runSummarySchema } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alerts, day, evaluate, serveMonitored } from '../../test/serving/monitored-trips.ts'
import type { ServedTrips } from '../../test/serving/served-trips.ts'
import { packageTrips } from '../../test/serving/trips.ts'
import { openDatabase } from '../database/open.ts'
import { MonitorStore } from './monitor-store.ts'
import { runActions } from './run-actions.ts'

let bytes: Uint8Array
const opened: ServedTrips[] = []

beforeAll(async () => {
  bytes = await packageTrips()
})
afterAll(async () => {
  for (const served of opened) await served.close()
})

const serve = async (spec: Record<string, unknown> = {}): Promise<ServedTrips> => {
  const served = await serveMonitored(bytes, spec)
  opened.push(served)
  return served
}

describe('the action of a monitor', () => {
  const retrain = {
    kind: 'retrain',
    pipeline: 'trips',
    cooldown: '10d',
    params: {
      until: { alertTime: { minus: '2d', as: 'date' } },
      at: { alertTime: { minus: '0d', as: 'timestamp' } },
      size: 7,
    },
  }

  async function withPipeline(): Promise<ServedTrips> {
    const served = await serve({ performance: undefined, consecutiveWindows: 1, actions: [retrain] })
    const stored = await fetch(`${served.server.url}/api/v1/blobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'export {}',
    })
    const { digest } = (await stored.json()) as { digest: string }
    const value = { kind: 'value', schema: {} }
    const step = {
      id: 'train',
      name: 'train',
      kind: 'code',
      inputs: {},
      inputTypes: {},
      outputs: { done: value },
      codeDigest: digestOf('code'),
    }
    const graph = { name: 'trips', params: { until: value, at: value, size: value }, steps: [step] }
    const body = { graph, bundleDigest: digest, projectDir: '/project' }
    const reply = await served.send('POST', '/api/v1/pipelines/trips/versions', body)
    expect([reply.status, reply.body]).toMatchObject([200, { version: 1 }])
    return served
  }
  const runs = async (served: ServedTrips) =>
    (await served.send('GET', '/api/v1/runs')).body.items.map((run: unknown) => runSummarySchema.parse(run))

  it('starts the pipeline with times relative to the alert, once', async () => {
    const served = await withPipeline()
    await day(served, 0, { stretch: 10 })
    await day(served, 1, { stretch: 10 })
    await evaluate(served)
    const [alert] = await alerts(served)
    const [run, ...others] = await runs(served)
    expect(others).toEqual([])
    expect(alert?.actions).toEqual([{ kind: 'retrain', pipeline: 'trips', runId: run.id }])
    expect(run).toMatchObject({
      params: { until: '2001-04-30', at: '2001-05-02T00:00:00.000Z', size: 7 },
      trigger: { kind: 'alert', alertId: alert?.id, monitor: 'trips' },
    })
  })

  it('starts no second run within its cooldown, and one after it if the alert goes on', async () => {
    const served = await withPipeline()
    for (let number = 0; number < 6; number++) await day(served, number, { stretch: 10 })
    await evaluate(served)
    const [first] = await runs(served)
    await served.send('POST', `/api/v1/runs/${first.id}/cancel`)
    for (let number = 6; number < 10; number++) await day(served, number, { stretch: 10 })
    await evaluate(served)
    expect(await runs(served)).toHaveLength(1)
    for (let number = 10; number < 13; number++) await day(served, number, { stretch: 10 })
    await evaluate(served)
    expect(await runs(served)).toHaveLength(2)
    expect((await alerts(served))[0]?.actions).toHaveLength(2)
  })

  it('starts no second run where the process dies before it notes the first one', async () => {
    const started: string[] = []
    let isKilled = true
    const database = await openDatabase(':memory:')
    const deps = {
      store: Object.assign(new MonitorStore(database), {
        transaction: async () => {
          if (isKilled) throw new Error('killed')
        },
      }),
      runs: {
        isRunning: async () => false,
        exists: async (id: string) => started.includes(id),
        start: async ({ id }: { id: RunId }) => {
          started.push(id)
          return id
        },
      },
      publish: () => {},
    }
    const alert = { id: 'alr_0000000000', monitor: 'm', actions: [] }
    const act = () => runActions(deps as never, alert as never, [monitorActionSchema.parse(retrain)], 0)
    await expect(act()).rejects.toThrow('killed')
    isKilled = false
    const { actions } = await act()
    expect(started).toHaveLength(1)
    expect(actions).toEqual([{ kind: 'retrain', pipeline: 'trips', runId: started[0] }])
    await database.destroy()
  })

  it('starts none while one runs, and says so', async () => {
    const served = await withPipeline()
    await served.send('POST', '/api/v1/pipelines/trips/runs', { params: { until: 1, at: 1, size: 1 } })
    await day(served, 0, { stretch: 10 })
    await day(served, 1)
    await evaluate(served)
    expect((await alerts(served))[0]?.actions[0]?.skippedBecause).toContain('under way')
    expect(await runs(served)).toHaveLength(1)
  })

  it('keeps the alert where the pipeline cannot start', async () => {
    const served = await serve({ performance: undefined, consecutiveWindows: 1, actions: [retrain] })
    await day(served, 0, { stretch: 10 })
    await day(served, 1)
    await evaluate(served)
    expect((await alerts(served))[0]?.actions[0]?.skippedBecause).toContain('trips')
  })
})
