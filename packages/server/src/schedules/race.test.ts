import { randomBytes } from 'node:crypto'
import {
  type BackfillId,
  backfillSpecSchema,
  createIdFactory,
  createRng,
  type RunStatus,
  type RunSummary,
  scheduleSpecSchema,
} from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manualClock } from '../../test/start-server.ts'
import { openDatabase } from '../database/open.ts'
import { BackfillService } from './backfill/backfill-service.ts'
import type { ScheduleDeps } from './schedule-deps.ts'
import { ScheduleService } from './schedule-service.ts'

const HOUR_MS = 3_600_000

/** Two of each service over one database, and runs that start and end as the test says; every call takes a while of its own. */
async function two(seed: string) {
  const database = await openDatabase(':memory:')
  onTestFinished(() => database.destroy())
  const clock = manualClock()
  const rng = createRng(seed)
  const statuses = new Map<string, RunStatus>()
  const world = { starts: [] as string[], mostAtOnce: 0 }
  const openCount = () => [...statuses.values()].filter((status) => status === 'running').length
  const dawdle = async () => {
    for (let i = rng.integer(5); i > 0; i--) await new Promise((resolve) => setImmediate(resolve))
  }
  const deps: ScheduleDeps = {
    database,
    runs: {
      start: async ({ id }) => {
        await dawdle()
        if (!statuses.has(id)) {
          statuses.set(id, 'running')
          world.starts.push(id)
          world.mostAtOnce = Math.max(world.mostAtOnce, openCount())
        }
        await dawdle()
      },
      cancel: async (id) => void statuses.set(id, 'cancelled'),
      find: async (ids) => {
        await dawdle()
        const found = ids.flatMap((id) => {
          const status = statuses.get(id)
          // Only id and status are looked at here.
          return status ? [[id, { id, status } as RunSummary] as const] : []
        })
        return new Map(found)
      },
      version: async () => ({ version: 1, params: ['x'] }),
      assertParams: async () => {},
    },
    happenings: { findLatest: async () => undefined, after: async () => [] },
    firingFailed: async () => {},
    publish: () => {},
    clock: clock.now,
    newId: createIdFactory(clock.now, randomBytes),
    newSecret: () => 'secret',
    onError: (error) => expect.unreachable(String(error)),
  }
  const finishAll = () => {
    for (const [id, status] of statuses) if (status === 'running') statuses.set(id, 'succeeded')
  }
  return { deps, clock, world, finishAll, openCount }
}

describe.each(['a', 'b', 'c'])('two schedulers over one database (%s)', (seed) => {
  it.each(['allow', 'queue', 'skip', 'cancel'] as const)('start each occasion at most once (%s)', async (overlap) => {
    const { deps, clock, world, finishAll, openCount } = await two(`${seed} ${overlap}`)
    const [one, other] = [new ScheduleService(deps), new ScheduleService(deps)]
    const spec = { name: 's', pipeline: 'p', when: { on: 'time', cron: '0 * * * *', catchUp: 'all' }, overlap }
    await one.apply(scheduleSpecSchema.parse(spec))
    for (let i = 0; i < 30; i++) {
      clock.advance(HOUR_MS * (i % 3))
      await Promise.all([one.turn(), other.turn(), one.turn(), other.turn()])
      if (overlap === 'cancel') expect(openCount()).toBeLessThanOrEqual(1)
      if (overlap !== 'cancel' || i % 5 === 4) finishAll()
    }
    for (let i = 0; i < 20; i++) {
      await Promise.all([one.turn(), other.turn()])
      finishAll()
    }
    const { items, total } = await one.firings('s', { limit: 100, offset: 0 })
    expect(total).toBe(30)
    expect(new Set(items.map(({ at }) => at)).size).toBe(30)
    const started = items.flatMap(({ runId }) => runId ?? [])
    expect([...started].sort()).toEqual([...world.starts].sort())
    if (overlap === 'skip' || overlap === 'queue') expect(world.mostAtOnce).toBe(1)
    if (overlap !== 'skip') expect(started).toHaveLength(30)
  })

  it('never run more windows of a back-fill at once than it allows, and each once', async () => {
    const { deps, world, finishAll } = await two(seed)
    const [one, other] = [new BackfillService(deps), new BackfillService(deps)]
    const over = { kind: 'values', param: 'x', values: Array.from({ length: 40 }, (_, i) => i) }
    const { id } = await one.start(backfillSpecSchema.parse({ pipeline: 'p', over, concurrency: 3 }))
    for (let i = 0; i < 20; i++) {
      await Promise.all([one.turn(), other.turn(), one.turn()])
      finishAll()
    }
    await one.turn()
    expect(await one.get(id satisfies BackfillId)).toMatchObject({ status: 'succeeded', succeeded: 40 })
    expect(world.starts).toHaveLength(40)
    expect(world.mostAtOnce).toBe(3)
  })
})
