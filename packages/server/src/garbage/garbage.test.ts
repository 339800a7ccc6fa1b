import { join } from 'node:path'
import { digestOf } from '@regia/core'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { allRuns, bytes, DAY_MS, history, readEverything, runOnce, shape } from '../../test/garbage-history.ts'
import { deploy } from '../../test/graphs.ts'
import { acquire } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { RUN_TABLES } from './old-runs.ts'

const OVER = ['succeeded', 'failed', 'cancelled']

describe('garbage collection', () => {
  it.each([1, 2, 3, 4])('leaves every run that it keeps whole (history %i)', async (seed) => {
    const server = await startServer()
    const { client, clock } = server
    await history(server, seed)
    clock.advance(2 * DAY_MS)
    const policy = { keepRuns: 2 + seed, keepDays: 20 * seed, keepCacheDays: 15 * seed }
    const before = await allRuns(client)
    const planned = await client.collectGarbage(policy)
    expect(await allRuns(client)).toEqual(before)
    const done = await client.collectGarbage({ ...policy, dryRun: false })
    expect(done).toEqual({ ...planned, isDryRun: false })
    const left = await allRuns(client)
    expect(left.length).toBe(before.length - done.runs)
    const kept = before.filter(
      (run) =>
        !OVER.includes(run.status) ||
        Date.parse(run.finishedAt ?? '') >= clock.now() - policy.keepDays * DAY_MS ||
        before.filter((each) => each.pipeline === run.pipeline && each.number >= run.number).length <= policy.keepRuns,
    )
    expect(left).toEqual(kept)
    expect(await readEverything(client)).toBeGreaterThan(0)
    // Nothing is left over for a second one, and what the cache still offers can be taken.
    expect(await client.collectGarbage({ ...policy, dryRun: false })).toMatchObject({
      runs: 0,
      cacheEntries: 0,
      blobs: 0,
    })
    for (let n = 0; n < 6; n++) await runOnce(client, 'a', n)
    expect((await allRuns(client)).filter(({ status }) => status === 'failed').length).toBe(
      left.filter(({ status }) => status === 'failed').length,
    )
    await readEverything(client)
  })

  it('beside runs that make the same again, takes nothing from under them', async () => {
    const { client, clock } = await startServer()
    await deploy(client, shape('a'))
    const policy = { keepRuns: 1, keepDays: 0, keepCacheDays: 0, dryRun: false }
    let taken = 0
    for (let round = 0; round < 15; round++) {
      // Long enough for everything of the last round to be old.
      clock.advance(2 * 3_600_000)
      const running = Promise.all([1, 2, 3].map((n) => runOnce(client, 'a', (round % 2) * n)))
      for (let i = 0; i < 3; i++) taken += (await client.collectGarbage(policy)).blobs
      await running
      await readEverything(client)
    }
    expect(taken).toBeGreaterThan(15)
  })

  it('takes what an old run alone had, and keeps what it shared', async () => {
    const { client, clock } = await startServer()
    await deploy(client, shape('a'))
    const old = await runOnce(client, 'a', 1)
    clock.advance(200 * DAY_MS)
    await runOnce(client, 'a', 2)
    const policy = { keepRuns: 1, keepDays: 10, keepCacheDays: 10, dryRun: false }
    const done = await client.collectGarbage(policy)
    expect(done).toMatchObject({ runs: 1, cacheEntries: 2, blobs: 4, examples: ['a #1 (succeeded, ended 2026-03-01)'] })
    await expect(client.runs.get(old)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await client.blobs.exists(digestOf('in every run'))).toBe(true)
    expect(await client.blobs.exists(digestOf(`${old} only`))).toBe(false)
    // Asked to do the same again it runs, since nothing is known of it.
    const again = await client.runs.get(await runOnce(client, 'a', 1))
    expect(again.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  })

  it('keeps what was put within the hour, and what was put again', async () => {
    const { client, clock } = await startServer()
    const policy = { dryRun: false }
    const old = await client.blobs.write(bytes('old'))
    const renewed = await client.blobs.write(bytes('renewed'))
    clock.advance(DAY_MS)
    const fresh = await client.blobs.write(bytes('fresh'))
    await client.blobs.write(bytes('renewed'))
    clock.advance(0.9 * 3_600_000)
    expect(await client.collectGarbage(policy)).toMatchObject({ blobs: 1, bytes: 3, keptBlobs: 2 })
    expect(await client.blobs.exists(old.digest)).toBe(false)
    expect(await client.blobs.exists(renewed.digest)).toBe(true)
    expect(await client.blobs.exists(fresh.digest)).toBe(true)
  })

  it('keeps what a step that still runs may have put', async () => {
    const { client, clock } = await startServer()
    await deploy(client, shape('a'))
    await client.pipelines.run('a', { params: { n: 1 } })
    clock.advance(1_000)
    const before = await client.blobs.write(bytes('garbage'))
    clock.advance(1_000)
    const [lease] = await acquire(client)
    const part = await client.blobs.write(bytes('part of an output'))
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(3_600_000)
      await client.leases.heartbeat(lease!.stepRunId, { leaseToken: lease!.leaseToken, events: [] })
    }
    expect(await client.collectGarbage({ dryRun: false })).toMatchObject({ blobs: 1 })
    expect(await client.blobs.exists(before.digest)).toBe(false)
    expect(await client.blobs.exists(part.digest)).toBe(true)
  })

  it('keeps the code of every version, and what the cache was told to keep', async () => {
    const { client, clock } = await startServer()
    const code = await deploy(client, shape('a'))
    await runOnce(client, 'a', 1)
    clock.advance(50 * DAY_MS)
    for (const n of [2, 3]) await runOnce(client, 'a', n)
    await client.collectGarbage({ keepRuns: 2, keepDays: 10, keepCacheDays: 60, dryRun: false })
    expect(await client.blobs.exists(code)).toBe(true)
    const again = await client.runs.get(await runOnce(client, 'a', 1))
    expect(again.steps.map(({ status }) => status)).toEqual(['cached', 'cached'])
    await readEverything(client)
  })

  it('knows every table whose rows go with a run', async () => {
    const { home } = await startServer()
    const file = new SqliteDatabase(join(home, 'regia.db'), { readonly: true })
    const tables = file.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
    const owned = tables.filter((table) =>
      (file.pragma(`foreign_key_list(${table})`) as { table: string; on_delete: string }[]).some(
        (key) => (key.table === 'run' || key.table === 'step_run') && key.on_delete !== 'CASCADE',
      ),
    )
    file.close()
    expect(owned.filter((table) => table !== 'lease' && !RUN_TABLES.some((known) => known === table))).toEqual([])
  })

  it('refuses a policy that says nothing sensible', async () => {
    const { client } = await startServer()
    for (const policy of [{ keepRuns: 0 }, { keepDays: -1 }, { keep: 1 }])
      await expect(client.collectGarbage(policy)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
