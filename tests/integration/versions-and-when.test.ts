import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type {
  Backfill,
  BackfillItem,
  Channel,
  Notification,
  Page,
  RunSummary,
  Schedule,
  ScheduleFiring,
  VersionDiff,
} from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regia, regiaFailure, regiaJson, regiaUp, temporaryFolder } from './regia-command.ts'

const project = (size: number, hook: string, broken: string) => `
import { existsSync } from 'node:fs'
import { cron, notifier, onWebhook, pipeline, schedule, step, webhook, z } from 'regia'

const count = step({
  name: 'count',
  cache: false,
  in: { day: z.string(), size: z.number() },
  out: { text: z.string() },
  run: ({ day, size }) => {
    if (day === '2026-01-03' && existsSync('${broken}')) throw new Error('no data that day')
    return { text: day + ' ' + size }
  },
})

export const daily = pipeline('daily', { day: z.string().default('none'), size: z.number().default(${size}) }, (p) => {
  count({ day: p.day, size: p.size })
})
export const nightly = schedule({
  name: 'nightly', pipeline: daily, channel: 'prod', when: cron('30 2 * * *', { timezone: 'Europe/Berlin' }), params: { day: '{date}' },
})
export const pushed = schedule({ name: 'pushed', pipeline: daily, when: onWebhook(), params: { day: '{body.day}' } })
export const team = notifier({
  name: 'team', events: ['run-failed', 'run-recovered'], via: webhook('${hook}', { secret: { env: 'HOOK_SECRET' } }),
})
`

describe('versions, schedules, back-fills and notifiers by the command', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string; env: Record<string, string> }
  const told: { body: string; signature: string | undefined }[] = []
  const listener = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    told.push({ body, signature: request.headers['x-regia-signature']?.toString() })
    response.end()
  })
  /** While it is there, one day has no data. */
  const broken = () => join(folder.dir, 'broken')
  const write = (size: number) => {
    const { port } = listener.address() as AddressInfo
    return writeFile(join(folder.dir, 'pipelines/daily.ts'), project(size, `http://127.0.0.1:${port}/`, broken()))
  }

  beforeAll(async () => {
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    folder = await temporaryFolder()
    place = { cwd: folder.dir, env: { HOOK_SECRET: 'of-the-hook' } }
    await mkdir(join(folder.dir, 'pipelines'))
    await write(1)
  })
  afterAll(async () => {
    listener.close()
    await folder.remove()
  })

  it('deploys versions, compares them and goes back', async () => {
    const first = await regiaJson<Channel>(place, 'deploy', 'daily', '--reason', 'the first')
    expect(first).toMatchObject({ pipeline: 'daily', channel: 'prod', version: 1 })
    await write(2)
    const second = await regiaJson(place, 'deploy', 'daily')
    expect(second).toMatchObject({ version: 2, fromVersion: 1 })
    const diff = await regiaJson<VersionDiff>(place, 'pipelines', 'diff', 'daily')
    expect(diff.settings).toEqual([{ what: 'default of param "size"', before: '1', after: '2' }])
    expect((await regia(place, 'pipelines', 'diff', 'daily')).stdout).toContain('~ default of param "size"  1 → 2')
    expect(await regiaJson(place, 'rollback', 'daily')).toMatchObject({ version: 1 })
    expect(await regiaFailure(place, 'rollback', 'daily')).toMatchObject({ code: 1, error: { code: 'CONFLICT' } })
    const { history } = await regiaJson<{ history: unknown[] }>(place, 'pipelines', 'channels', 'daily')
    expect(history).toHaveLength(3)
    expect((await regia(place, 'pipelines', 'versions', 'daily')).stdout).toMatch(/2 +1 +base.*\n +1 +prod +1 +base/)
  })

  it('runs old windows again until all are well', async () => {
    await writeFile(broken(), '')
    const args = ['--from', '2026-01-01', '--until', '2026-01-05', '--from-param', 'day', '--concurrency', '2']
    const { code, stdout } = await regia(place, 'backfill', 'start', 'daily', ...args, '--json')
    expect(code).toBe(1)
    const failed: Backfill = JSON.parse(stdout)
    expect(failed).toMatchObject({ status: 'failed', total: 4, succeeded: 3, failed: 1 })
    const { items } = await regiaJson<{ items: BackfillItem[] }>(
      place,
      'backfill',
      'show',
      failed.id,
      '--status',
      'failed',
    )
    expect(items.map(({ params }) => params)).toEqual([{ day: '2026-01-03' }])
    await rm(broken())
    expect(await regiaJson(place, 'backfill', 'restart', failed.id)).toMatchObject({
      status: 'succeeded',
      succeeded: 4,
    })
    expect(await regiaFailure(place, 'backfill', 'restart', failed.id)).toMatchObject({ error: { code: 'CONFLICT' } })
    expect(await regiaFailure(place, 'backfill', 'start', 'daily')).toMatchObject({ code: 2 })
  })

  it('applies schedules and notifiers, and tells a new secret once', async () => {
    const applied = await regiaJson<{ hooks: { secret: string; path: string }[] }>(place, 'apply')
    const [hook] = applied.hooks
    expect(hook).toMatchObject({ schedule: 'pushed', path: '/api/v1/hooks/pushed' })
    expect(await regiaJson(place, 'apply')).not.toHaveProperty('hooks')
    expect(await regiaJson<Notification>(place, 'notifiers', 'test', 'team')).toMatchObject({ status: 'sent' })
    const [trial] = told
    const signature = createHmac('sha256', 'of-the-hook')
      .update(trial?.body ?? '')
      .digest('hex')
    expect(trial?.signature).toBe(`sha256=${signature}`)
    const blind = await regia({ ...place, env: {} }, 'notifiers', 'test', 'team')
    expect([blind.code, blind.stdout]).toEqual([1, expect.stringContaining('HOOK_SECRET')])

    await writeFile(broken(), '')
    const up = await regiaUp(place)
    try {
      const post = (day: string) =>
        fetch(`${up.url}${hook?.path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${hook?.secret}`, 'content-type': 'application/json' },
          body: JSON.stringify({ day }),
        })
      const firing = (await (await post('2026-01-03')).json()) as ScheduleFiring
      expect(firing.outcome).toBe('started')
      const said = () => told.slice(1).map(({ body }) => JSON.parse(body).event)
      await expect.poll(said, { timeout: 60_000 }).toContain('run-failed')
      await rm(broken())
      expect(await regiaJson<ScheduleFiring>(place, 'schedules', 'fire', 'nightly')).toMatchObject({
        outcome: 'started',
      })
      await expect.poll(said, { timeout: 60_000 }).toContain('run-recovered')
      const { items } = await regiaJson<Page<RunSummary>>(place, 'runs', 'list', '--limit', '2')
      // The channel is back at the first version; a webhook's schedule without one runs the latest.
      expect(items.map(({ pipelineVersion, params }) => [pipelineVersion, params.size])).toEqual([
        [1, 1],
        [2, 2],
      ])
      const shown = await regiaJson<Schedule>(place, 'schedules', 'pause', 'nightly')
      expect([shown.isPaused, shown.nextAt]).toEqual([true, undefined])
    } finally {
      await up.stop()
    }
    expect((await regia(place, 'schedules', 'list')).stdout).toMatch(
      /nightly +daily \(prod\) +30 2 \* \* \* Europe\/Berlin +paused/,
    )
    expect((await regia(place, 'notifiers', 'history')).stdout).toContain('succeeded again')
  })
})
