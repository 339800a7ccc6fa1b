import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createIdFactory, type ScheduleSpec, scheduleSpecSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'
import type { ServerOptions } from '../app.ts'
import { openDatabase } from '../database/open.ts'
import { createEventBus } from '../events/bus.ts'
import { ChannelService } from '../pipelines/channels/index.ts'
import { wireSchedules } from '../wire-schedules.ts'
import type { ScheduleService } from './schedule-service.ts'

const HOUR_MS = 3_600_000
type Given = Partial<Omit<ScheduleSpec, 'when'>> & { readonly when?: unknown }

const spec = (given: Given = {}): ScheduleSpec =>
  scheduleSpecSchema.parse({ name: 'nightly', pipeline: 'p', when: { on: 'time', cron: '0 * * * *' }, ...given })

/** A server whose scheduler turns when the test says so. */
async function quiet(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const test = await startServer({ roles: ['api'], ...options })
  await deploy(test.client, graph('p', [step('a', { cache: false })], { day: { schema: {}, default: null } }))
  return test
}

const outcomes = async (client: RegiaClient, name = 'nightly') =>
  (await client.schedules.firings(name)).items.map(({ at, outcome }) => `${at.slice(11, 16)} ${outcome}`).reverse()

const runCount = async (client: RegiaClient) => (await client.runs.list({ pipeline: 'p' })).total

describe('a schedule on times', () => {
  it('runs at its times, with the version of its channel, and says what came of it', async () => {
    const { client, server, clock } = await quiet()
    await deploy(client, graph('p', [step('a', { code: 'newer' })], { day: { schema: {}, default: null } }))
    await client.pipelines.moveChannel('p', 'prod', { version: 1 })
    const applied = await client.schedules.apply(spec({ channel: 'prod', params: { day: 'day {date} at {time}' } }))
    expect(applied).toMatchObject({ isPaused: false, nextAt: '2026-03-01T01:00:00.000Z' })
    await server.services.schedules.turn()
    expect(await outcomes(client)).toEqual([])
    clock.advance(HOUR_MS)
    await server.services.schedules.turn()
    await server.services.schedules.turn()
    const [run] = (await client.runs.list({ pipeline: 'p' })).items
    expect(run).toMatchObject({
      pipelineVersion: 1,
      params: { day: 'day 2026-03-01 at 2026-03-01T01:00:00.000Z' },
      trigger: { kind: 'schedule', schedule: 'nightly', at: '2026-03-01T01:00:00.000Z', cause: 'time' },
    })
    const { items, total } = await client.schedules.firings('nightly')
    expect(total).toBe(1)
    expect(items[0]).toEqual({
      at: '2026-03-01T01:00:00.000Z',
      firedAt: '2026-03-01T01:00:00.000Z',
      outcome: 'started',
      runId: run?.id,
      reason: 'on time',
    })
    expect(await client.schedules.get('nightly')).toMatchObject({
      nextAt: '2026-03-01T02:00:00.000Z',
      lastFiring: { outcome: 'started' },
    })
  })

  it.each([
    ['none', [], 0],
    ['latest', ['05:00 started'], 1],
    ['all', ['01:00 started', '02:00 queued', '03:00 queued', '04:00 queued', '05:00 queued'], 1],
  ] as const)('makes up for %s of the times that passed while the server was down', async (catchUp, fired, count) => {
    const { client, clock, restart } = await quiet()
    await client.schedules.apply(spec({ when: { on: 'time', cron: '0 * * * *', catchUp } }))
    clock.advance(5.5 * HOUR_MS)
    const { server, client: again } = await restart()
    await server.services.schedules.turn()
    const came = (await outcomes(again)).filter((each) => !each.endsWith('skipped'))
    expect(came).toEqual(fired)
    expect(await runCount(again)).toBe(count)
    const skipped = (await again.schedules.firings('nightly')).items.find(({ outcome }) => outcome === 'skipped')
    expect(skipped?.reason).toBe(
      {
        none: '5 times up to this one passed while nothing was there to run it',
        latest: '4 times up to this one passed while nothing was there to run it',
        all: undefined,
      }[catchUp],
    )
  })

  it('lets those that are made up for run one after the other', async () => {
    const { client, server, clock } = await quiet()
    await client.schedules.apply(
      spec({ when: { on: 'time', cron: '0 * * * *', catchUp: 'all' }, params: { day: '{time}' } }),
    )
    clock.advance(3 * HOUR_MS)
    for (let i = 0; i < 4; i++) {
      await server.services.schedules.turn()
      await workUntilIdle(client)
    }
    const { items } = await client.runs.list({ pipeline: 'p', sort: 'number' })
    expect(items.map(({ params }) => params.day)).toEqual([1, 2, 3].map((hour) => `2026-03-01T0${hour}:00:00.000Z`))
  })

  it('keeps to the clock on the wall through both changes of the year', async () => {
    const { client, server, clock } = await quiet()
    const when = { on: 'time', cron: '30 2 * * *', timezone: 'Europe/Berlin', catchUp: 'none' }
    await client.schedules.apply(spec({ when, overlap: 'allow' }))
    const walk = async (from: string, until: string) => {
      clock.advance(Date.parse(from) - clock.now())
      await server.services.schedules.turn()
      const before = (await client.schedules.firings('nightly')).total
      for (; clock.now() < Date.parse(until); clock.advance(5 * 60_000)) await server.services.schedules.turn()
      const { items, total } = await client.schedules.firings('nightly')
      return items
        .slice(0, total - before)
        .map(({ at }) => at.slice(0, 16))
        .reverse()
    }
    // 2:30 does not come on 29 March, and comes twice on 25 October.
    expect(await walk('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual(['2026-03-29T01:00', '2026-03-30T00:30'])
    expect(await walk('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  })

  it('makes up for a thousand times at most', async () => {
    const { client, server, clock } = await quiet()
    await client.schedules.apply(spec({ when: { on: 'time', cron: '* * * * *', catchUp: 'all' }, overlap: 'queue' }))
    clock.advance(30 * 24 * HOUR_MS)
    await server.services.schedules.turn()
    const { items, total } = await client.schedules.firings('nightly', { limit: 1_000 })
    expect(total).toBe(1_001)
    expect(items[0]?.at).toBe('2026-03-31T00:00:00.000Z')
    const oldest = (await client.schedules.firings('nightly', { cursor: 'o1000' })).items[0]
    expect(oldest).toMatchObject({ outcome: 'skipped', at: '2026-03-30T07:20:00.000Z' })
  })

  it('fires nothing twice when the clock jumps back or forth, and goes on after a clock that was far ahead', async () => {
    const { client, server, clock } = await quiet()
    const { schedules } = server.services
    await client.schedules.apply(spec({ overlap: 'allow' }))
    clock.advance(2 * HOUR_MS)
    await schedules.turn()
    clock.advance(-90 * 60_000)
    await schedules.turn()
    clock.advance(90 * 60_000)
    await schedules.turn()
    expect((await outcomes(client)).filter((each) => each.endsWith('started'))).toEqual(['02:00 started'])
    clock.advance(1_000 * 24 * HOUR_MS)
    await schedules.turn()
    clock.advance(-1_000 * 24 * HOUR_MS)
    await schedules.turn()
    const before = await runCount(client)
    clock.advance(HOUR_MS)
    await schedules.turn()
    expect(await runCount(client)).toBe(before + 1)
    const ats = (await client.schedules.firings('nightly')).items.map(({ at }) => at)
    expect(new Set(ats).size).toBe(ats.length)
  })

  it('fires once where two schedulers race', async () => {
    // Two that write at once in one process cannot wait for one another, which would be logged.
    const test = await quiet({ logger: pino({ level: 'silent' }) })
    const { client, clock } = test
    const { schedules } = test.server.services
    const other = await twin(test)
    await client.schedules.apply(spec({ overlap: 'allow' }))
    await client.schedules.apply(spec({ name: 'queueing', overlap: 'queue' }))
    for (let i = 0; i < 1; i++) {
      clock.advance(HOUR_MS)
      await Promise.all([schedules.turn(), other.turn(), schedules.turn(), other.turn()])
    }
    expect((await client.schedules.firings('nightly')).total).toBe(1)
    expect(await runCount(client)).toBe(2)
    for (let i = 0; i < 2; i++) {
      await workUntilIdle(client)
      await Promise.all([schedules.turn(), other.turn()])
    }
    expect(await runCount(client)).toBe(2)
  })
})

/** Another scheduler over the same database file, with a connection of its own. */
async function twin({ server, home, clock }: TestServer): Promise<ScheduleService> {
  const database = await openDatabase(join(home, 'regia.db'))
  const events = createEventBus(clock.now)
  onTestFinished(async () => {
    events.close()
    await database.destroy()
  })
  const channels = new ChannelService({ database, events, clock: clock.now })
  const { schedules } = wireSchedules({
    database,
    pipelines: server.services.pipelines,
    channels,
    events,
    clock: clock.now,
    newId: createIdFactory(clock.now, randomBytes),
    projectDir: home,
    customNotifiers: {},
    address: () => undefined,
    // The next turn finds what is left.
    onError: () => {},
  })
  return schedules
}
