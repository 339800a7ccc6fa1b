import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ScheduleSpec, scheduleSpecSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'
import { tinyPackage } from '../../test/tiny-model.ts'

type Given = Partial<Omit<ScheduleSpec, 'when'>> & { readonly when: unknown }
const spec = (given: Given): ScheduleSpec => scheduleSpecSchema.parse({ name: 's', pipeline: 'p', ...given })

async function quiet(): Promise<TestServer> {
  const test = await startServer({ roles: ['api'] })
  await deploy(test.client, graph('p', [step('a', { cache: false })], { x: { schema: {}, default: null } }))
  return test
}

const outcomes = async (client: RegiaClient) =>
  (await client.schedules.firings('s')).items.map(({ outcome }) => outcome).reverse()

const runs = async (client: RegiaClient) => (await client.runs.list({ pipeline: 'p', sort: 'number' })).items

describe('a schedule on events', () => {
  it('runs for each new version of a dataset, none lost and none twice over restarts', async () => {
    const { client, server, projectDir, restart } = await quiet()
    const ingest = async (to: RegiaClient, i: number) => {
      writeFileSync(join(projectDir, `${i}.csv`), `x\n${i}\n`)
      await to.datasets.ingest('rows', { path: `${i}.csv` })
    }
    await ingest(client, 1)
    await client.schedules.apply(
      spec({
        when: { on: 'dataset', dataset: 'rows' },
        overlap: 'allow',
        params: { x: { v: '{version}', t: 'of {dataset}@{version}' } },
      }),
    )
    await server.services.schedules.turn()
    expect(await runs(client)).toEqual([])
    await ingest(client, 2)
    await ingest(client, 3)
    const again = await restart()
    await again.server.services.schedules.turn()
    await again.server.services.schedules.turn()
    const found = await runs(again.client)
    expect(found.map(({ params }) => params.x)).toEqual([
      { v: 2, t: 'of rows@2' },
      { v: 3, t: 'of rows@3' },
    ])
    expect(found[0]?.trigger).toMatchObject({ kind: 'schedule', schedule: 's', cause: 'rows@2' })
  })

  it('runs when its alias moves, and only then', async () => {
    const { client, server } = await quiet()
    await client.schedules.apply(
      spec({ when: { on: 'alias', model: 'm', alias: 'champion' }, params: { x: '{model} {version}' } }),
    )
    for (const trees of [2, 3]) {
      const { digest } = await client.blobs.write(await tinyPackage(trees))
      const lineage = { datasets: [], params: {}, artifacts: {} }
      await server.services.models.register({
        model: 'm',
        alias: 'latest',
        report: undefined,
        packageDigest: digest,
        lineage,
        by: 'ada',
        reason: '',
      })
    }
    await server.services.schedules.turn()
    await workUntilIdle(client)
    await client.models.promote('m', 1, { alias: 'challenger' })
    await server.services.schedules.turn()
    expect((await runs(client)).map(({ params }) => params.x)).toEqual(['m 1'])
    await client.models.promote('m', 2, { alias: 'champion' })
    await server.services.schedules.turn()
    await server.services.schedules.turn()
    expect((await runs(client)).map(({ params }) => params.x)).toEqual(['m 1', 'm 2'])
  })

  it('does not make up for what came while it was paused', async () => {
    const { client, server, clock } = await quiet()
    await client.schedules.apply(spec({ when: { on: 'time', cron: '0 * * * *' } }))
    expect((await client.schedules.pause('s')).nextAt).toBeUndefined()
    clock.advance(3 * 3_600_000)
    await server.services.schedules.turn()
    expect(await client.schedules.resume('s')).toMatchObject({ isPaused: false, nextAt: '2026-03-01T04:00:00.000Z' })
    await server.services.schedules.turn()
    expect(await outcomes(client)).toEqual([])
    await client.schedules.pause('s')
    expect(await client.schedules.fire('s')).toMatchObject({ outcome: 'started', reason: 'by ada' })
  })
})

describe('overlap', () => {
  /** Fires three times while the first run goes on. */
  async function fireThrice(overlap: ScheduleSpec['overlap']) {
    const test = await quiet()
    await test.client.schedules.apply(spec({ when: { on: 'webhook' }, overlap }))
    for (let i = 0; i < 3; i++) await test.client.schedules.fire('s')
    return test
  }

  it('skips', async () => {
    const { client } = await fireThrice('skip')
    expect(await outcomes(client)).toEqual(['started', 'skipped', 'skipped'])
    const [run] = await runs(client)
    expect((await client.schedules.get('s')).lastFiring?.reason).toBe(
      `by ada; skipped, since run ${run?.id} of this schedule went on`,
    )
    await workUntilIdle(client)
    expect(await client.schedules.fire('s')).toMatchObject({ outcome: 'started' })
  })

  it('queues, one after the other', async () => {
    const { client, server } = await fireThrice('queue')
    expect(await outcomes(client)).toEqual(['started', 'queued', 'queued'])
    for (const count of [2, 3, 3]) {
      await workUntilIdle(client)
      await server.services.schedules.turn()
      expect(await runs(client)).toHaveLength(count)
    }
    expect(await outcomes(client)).toEqual(['started', 'started', 'started'])
  })

  it('cancels what goes on', async () => {
    const { client } = await fireThrice('cancel')
    expect((await runs(client)).map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'queued'])
  })

  it('allows all', async () => {
    const { client } = await fireThrice('allow')
    expect((await runs(client)).map(({ status }) => status)).toEqual(['queued', 'queued', 'queued'])
  })
})

describe('applying a schedule', () => {
  it('refuses what it could never run, by name', async () => {
    const { client } = await quiet()
    const refusal = async (given: Given) => client.schedules.apply(spec(given)).catch((error: unknown) => error)
    const time = { on: 'time', cron: '0 6 * * *' }
    expect(await refusal({ pipeline: 'q', when: time })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await refusal({ when: { on: 'time', cron: '0 0 30 2 *' } })).toMatchObject({
      code: 'INVALID_INPUT',
      message: '"0 0 30 2 *" names a time that never comes.',
    })
    expect(await refusal({ when: time, params: { y: 1 } })).toMatchObject({
      message: 'Pipeline "p" has no parameter "y".',
    })
    expect(await refusal({ when: time, params: { x: ['{version}'] } })).toMatchObject({
      message: 'Parameter "x" holds {version}, which a schedule on time does not have.',
      hint: 'It has: {time}, {date}.',
    })
    expect(await refusal({ when: { on: 'webhook' }, params: { x: '{body.a.b} {date}' } })).toMatchObject({ name: 's' })
  })

  it('changes it in place and keeps what it has noted', async () => {
    const { client, server, clock } = await quiet()
    await client.schedules.apply(spec({ when: { on: 'time', cron: '0 * * * *' }, overlap: 'allow' }))
    clock.advance(3_600_000)
    await server.services.schedules.turn()
    await client.schedules.apply(spec({ when: { on: 'time', cron: '0 * * * *' }, overlap: 'skip' }))
    await client.schedules.apply(spec({ when: { on: 'time', cron: '30 * * * *' }, description: 'later' }))
    await server.services.schedules.turn()
    expect(await outcomes(client)).toEqual(['started'])
    expect((await client.schedules.list({ pipeline: 'p' })).items).toMatchObject([
      { name: 's', description: 'later', nextAt: '2026-03-01T01:30:00.000Z' },
    ])
    await client.schedules.remove('s')
    await expect(client.schedules.get('s')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await runs(client)).toHaveLength(1)
  })

  it('previews the times of a line', async () => {
    const { client } = await quiet()
    const { times } = await client.schedules.preview({ cron: '30 2 * * *', timezone: 'Europe/Berlin', count: 2 })
    expect(times).toEqual(['2026-03-01T01:30:00.000Z', '2026-03-02T01:30:00.000Z'])
    await expect(client.schedules.preview({ cron: 'soon' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
