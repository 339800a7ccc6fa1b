import { randomBytes } from 'node:crypto'
import { type Alert, createIdFactory, notifierSpecSchema, type RunSummary } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manualClock } from '../../test/start-server.ts'
import { openDatabase } from '../database/open.ts'
import { NotificationService } from './notification-service.ts'

const clock = manualClock()
const newId = createIdFactory(clock.now, randomBytes)

const alert = (number: number): Alert => ({
  id: newId('alert'),
  monitor: 'm',
  endpoint: 'e',
  version: 1,
  kind: 'drift',
  status: 'open',
  title: `column ${number} drifted`,
  value: 0.3,
  threshold: 0.1,
  window: { from: '2026-03-01T00:00:00.000Z', until: '2026-03-01T01:00:00.000Z' },
  causes: [],
  actions: [],
  openedAt: '2026-03-01T01:00:00.000Z',
})

const run = (number: number, finishedAt: string): RunSummary => ({
  id: newId('run'),
  pipeline: 'p',
  pipelineVersion: 1,
  number,
  status: 'failed',
  params: {},
  trigger: { kind: 'person', by: 'ada' },
  onFailure: 'continue',
  stepCount: 1,
  finishedStepCount: 1,
  cachedStepCount: 0,
  metrics: {},
  createdAt: '2026-03-01T00:00:00.000Z',
  finishedAt,
})

/** A service over a database of its own, with runs and alerts that the test makes. */
async function service() {
  const database = await openDatabase(':memory:')
  onTestFinished(() => database.destroy())
  const world = { runs: [] as RunSummary[], alerts: [] as Alert[], sent: [] as string[] }
  const open = () =>
    new NotificationService({
      database,
      secrets: { variables: {}, projectDir: '/' },
      custom: { list: ({ title }) => void world.sent.push(title) },
      address: () => undefined,
      runs: {
        endedSince: async (at) => world.runs.filter(({ finishedAt = '' }) => finishedAt >= at),
        hasFailedBefore: async () => false,
        pendingApprovals: async () => [],
      },
      alerts: {
        lastNumber: async () => world.alerts.length,
        after: async (number, limit) =>
          world.alerts.slice(number, number + limit).map((each, i) => ({ number: number + i + 1, alert: each })),
      },
      publish: () => {},
      clock: clock.now,
      newId,
      onError: (error) => expect.unreachable(String(error)),
    })
  const spec = notifierSpecSchema.parse({
    name: 'n',
    events: ['alert-opened', 'run-failed'],
    pipelines: ['p'],
    via: { kind: 'custom', type: 'list' },
  })
  return { world, open, spec }
}

describe('what is told', () => {
  it('is each alert that opens after the first start, once, over restarts', async () => {
    const { world, open, spec } = await service()
    world.alerts.push(alert(0))
    const first = open()
    await first.start()
    await first.apply(spec)
    await first.turn()
    expect(world.sent).toEqual([])
    world.alerts.push(alert(1), alert(2))
    const second = open()
    await second.start()
    await second.turn()
    await second.turn()
    expect(world.sent).toEqual(['column 1 drifted', 'column 2 drifted'])
  })

  it('is at the next start what a process did not come to tell, and nothing from before the first one', async () => {
    const { world, open, spec } = await service()
    world.runs.push(run(1, '2026-02-28T23:59:59.000Z'))
    const first = open()
    await first.start()
    await first.apply(spec)
    clock.advance(60_000)
    const told = run(2, new Date(clock.now()).toISOString())
    world.runs.push(told)
    await first.runSettled(told)
    // The process dies here: the third run ends and nobody tells.
    world.runs.push(run(3, new Date(clock.now() + 1_000).toISOString()))
    clock.advance(10 * 86_400_000)
    const second = open()
    await second.start()
    await second.start()
    await second.turn()
    expect(world.sent).toEqual(['p #2 failed', 'p #3 failed'])
  })

  it('is sent once where two send at the same time', async () => {
    const { world, open, spec } = await service()
    const [one, two] = [open(), open()]
    await one.start()
    await one.apply(spec)
    for (let i = 0; i < 20; i++) world.alerts.push(alert(i))
    await Promise.all([one.turn(), two.turn(), one.turn(), two.turn()])
    await Promise.all([one.turn(), two.turn()])
    expect(world.sent).toHaveLength(20)
    expect(new Set(world.sent).size).toBe(20)
  })
})
