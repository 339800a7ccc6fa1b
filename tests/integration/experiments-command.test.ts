import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Experiment, Page, TrackedRun } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

type RunPage = { readonly items: readonly TrackedRun[]; readonly nextCursor?: string }

describe('regia experiments', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: Up
  let client: RegiaClient
  let place: { cwd: string; env: Record<string, string> }

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await regiaUp({ cwd: folder.dir }, '--roles', 'api')
    client = createClient({ url: server.url })
    place = { cwd: folder.dir, env: { REGIA_URL: server.url } }
    for (let i = 0; i < 5; i++) {
      const id = `run-${i}`
      const startedAt = new Date(1_700_000_000_000 + i).toISOString()
      await client.tracking.create({
        id,
        experiment: 'churn',
        name: `n,${i}`,
        startedAt,
        ...(i === 4 && { parentId: 'run-0' }),
      })
      await client.tracking.log(id, {
        params: { depth: String(i % 2) },
        metrics: [0, 1].map((step) => ({
          key: 'auc',
          value: i === 3 ? 'NaN' : i / 10 + step,
          step,
          atMs: 1000 + step,
        })),
        tags: { stage: i < 2 ? 'try' : 'real' },
      })
    }
    await client.tracking.writeFile('run-0', 'plots/a.txt', 'kept')
  })
  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })

  const runs = (...args: readonly string[]) => regiaJson<RunPage>(place, 'experiments', 'runs', 'churn', ...args)

  it('lists runs filtered, ordered, a page at a time', async () => {
    expect((await runs()).items.map(({ id }) => id)).toEqual(['run-3', 'run-2', 'run-1', 'run-0'])
    const order = ['--order-by', 'metrics.auc DESC', '--children', '--limit', '2']
    const first = await runs(...order)
    const second = await runs(...order, '--cursor', first.nextCursor ?? '')
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['run-4', 'run-2', 'run-1', 'run-0'])
    const found = await runs('--filter', "params.depth = '0' and tags.stage = 'real'")
    expect(found.items.map(({ id }) => id)).toEqual(['run-2'])
    const bad = await regiaFailure(place, 'experiments', 'runs', 'churn', '--filter', 'metrics.auc = high')
    expect(bad).toMatchObject({ code: 2, error: { code: 'INVALID_INPUT' } })
  })

  it('shows the columns that were asked for, and writes CSV', async () => {
    const columns = ['--columns', 'name,params.depth,metrics.auc,tags.stage', '--order-by', 'attributes.start_time ASC']
    const table = await regia(place, 'experiments', 'runs', 'churn', ...columns, '--limit', '2')
    expect(table.stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'run    name  params.depth  metrics.auc  tags.stage',
      'run-0  n,0   0             1            try',
      'run-1  n,1   1             1.1          try',
      '',
      expect.stringMatching(/^There is more: --cursor /),
      '',
    ])
    const csv = await regia(place, 'experiments', 'runs', 'churn', ...columns, '--csv')
    expect(csv.stdout.split('\r\n')).toEqual([
      'run,name,params.depth,metrics.auc,tags.stage',
      'run-0,"n,0",0,1,try',
      'run-1,"n,1",1,1.1,try',
      'run-2,"n,2",0,1.2,real',
      'run-3,"n,3",1,NaN,real',
      '',
    ])
    const odd = await regiaFailure(place, 'experiments', 'runs', 'churn', '--columns', 'depth')
    expect(odd.error.message).toBe('There is no column "depth".')
  })

  it('compares runs, prints histories, brings files', async () => {
    const { rows } = await regiaJson<{ rows: readonly { key: string; values: readonly string[] }[] }>(
      place,
      'experiments',
      'compare',
      'run-1',
      'run-3',
    )
    expect(rows).toMatchObject([
      { key: 'auc', values: ['1.1', 'NaN'] },
      { key: 'stage', values: ['try', 'real'] },
    ])
    const history = await regia(place, 'experiments', 'metric', 'run-2', 'auc')
    expect(history.stdout).toBe('step,at,value\r\n0,1970-01-01T00:00:01.000Z,0.2\r\n1,1970-01-01T00:00:01.001Z,1.2\r\n')
    expect(await regiaFailure(place, 'experiments', 'metric', 'run-2', 'none')).toMatchObject({ code: 3 })
    await regia(place, 'experiments', 'files', 'run-0', 'plots', '--output', 'kept')
    expect(await readFile(join(folder.dir, 'kept/plots/a.txt'), 'utf8')).toBe('kept')
    expect(await regiaFailure(place, 'experiments', 'files', 'run-0', 'none')).toMatchObject({ code: 3 })
  })

  it('makes, renames, deletes and restores experiments, by name or id', async () => {
    const say = (...args: readonly string[]) => regiaJson<Experiment>(place, 'experiments', ...args)
    const made = await say('create', 'late', '--note', '# Late', '--tag', 'team=a')
    expect(made).toMatchObject({ name: 'late', note: '# Late', tags: { team: 'a' } })
    expect(await say('rename', 'late', 'later')).toMatchObject({ id: made.id, name: 'later' })
    expect(await say('delete', made.id)).toMatchObject({ lifecycle: 'deleted' })
    const again = await say('create', 'later')
    expect(await regiaFailure(place, 'experiments', 'restore', 'later')).toMatchObject({ code: 1 })
    await say('delete', again.id)
    const { items } = await regiaJson<Page<Experiment>>(place, 'experiments', 'list', '--deleted')
    expect(items.map(({ id }) => id).sort()).toEqual([made.id, again.id])
    expect(await say('restore', made.id)).toMatchObject({ lifecycle: 'active', name: 'later' })
    expect(await regiaFailure(place, 'experiments', 'show', 'nothing')).toMatchObject({ code: 3 })
  })

  it('deletes and restores runs', async () => {
    await regiaJson(place, 'experiments', 'delete-run', 'run-1')
    expect((await runs()).items.map(({ id }) => id)).not.toContain('run-1')
    expect((await runs('--deleted')).items.map(({ id }) => id)).toEqual(['run-1'])
    await regiaJson(place, 'experiments', 'restore-run', 'run-1')
    expect((await runs()).items.map(({ id }) => id)).toContain('run-1')
  })
})
