import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run, ScoringJob } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BIN, environment, regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

const PATIENCE = { timeout: 60_000, interval: 100 }

const PIPELINES = `
import { dataset, gradientBoosting, model, packageModel, passthrough, pipeline, register, registry, score, step, table, tabularModel } from 'regia'

export const learn = step({
  name: 'learn',
  in: { rows: table() },
  out: { model: model() },
  run: async ({ rows }, ctx) => {
    const train = await rows.read()
    const fitted = tabularModel({ transforms: [passthrough(['miles', 'wind'])], learner: gradientBoosting({ trees: 5, leaves: 3 }) })
      .fit(train, { target: 'late', rng: ctx.rng })
    return { model: packageModel(fitted, { train }) }
  },
})
export const training = pipeline('training', {}, () => {
  register('late', learn({ rows: dataset('trips') }).model)
})

export const scoreTrips = score({ key: 'id' })
export const nightly = pipeline('nightly', {}, () => {
  scoreTrips({ model: registry('late@champion', { optional: false }), rows: dataset('trips') })
})
`
const YAML = `
pipeline: weekly
steps:
  scores:
    score: { columns: [id, miles] }
    in: { model: "model:late@champion", rows: "dataset:trips" }
`

/** Trips whose lateness depends on miles. */
const trips = (count: number): string =>
  [
    'id,miles,wind,late',
    ...Array.from({ length: count }, (_, i) => `t${i},${i % 100},${(i % 7) / 7},${i % 100 > 50}`),
  ].join('\n')

describe('scoring as a person does it', { timeout: 300_000 }, () => {
  let project: Awaited<ReturnType<typeof temporaryFolder>>
  let server: Up

  beforeAll(async () => {
    project = await temporaryFolder()
    await mkdir(join(project.dir, 'pipelines'))
    await writeFile(join(project.dir, 'pipelines/late.ts'), PIPELINES)
    await writeFile(join(project.dir, 'trips.csv'), trips(500))
    await writeFile(join(project.dir, 'many.csv'), trips(1_500_000))
    server = await regiaUp({ cwd: project.dir })
    await regiaJson({ cwd: project.dir }, 'data', 'add', 'trips.csv', '--name', 'trips')
    await regiaJson({ cwd: project.dir }, 'run', 'training')
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  const here = () => ({ cwd: project.dir })

  it('is a step of a pipeline, cached like any, and can be written in YAML', async () => {
    const run = await regiaJson<Run>(here(), 'run', 'nightly')
    const names = ['id', 'prediction', 'score', 'probability_false', 'probability_true']
    const columns = names.map((name) => ({ name }))
    expect(run.steps[0]).toMatchObject({ status: 'succeeded', outputs: { scores: { rowCount: 500, columns } } })
    expect((await regiaJson<Run>(here(), 'run', 'nightly')).steps[0]?.status).toBe('cached')
    await writeFile(join(project.dir, 'pipelines/weekly.yaml'), YAML)
    const weekly = await regiaJson<Run>(here(), 'run', 'weekly')
    expect(weekly.steps[0]).toMatchObject({ status: 'succeeded', outputs: { scores: { rowCount: 500 } } })
  })

  it('goes on after Ctrl-C and gives every row once', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'score', 'late@champion', '--in', 'many.csv', '--out', 'many.parquet', '--key', 'id'],
      {
        ...here(),
        env: environment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    const exited = once(child, 'exit')
    await vi.waitFor(
      async () => {
        const names = await readdir(join(project.dir, 'many.parquet.scoring')).catch(() => [])
        expect(names.some((name) => /^part-\d+\.parquet$/.test(name))).toBe(true)
      },
      { timeout: 60_000, interval: 5 },
    )
    child.kill('SIGINT')
    const [code] = await exited
    expect(code).not.toBe(0)
    const done = await regiaJson<{ rowCount: number; resumedRowCount: number }>(
      here(),
      'score',
      'late@champion',
      '--in',
      'many.csv',
      '--out',
      'many.parquet',
      '--key',
      'id',
      '--resume',
    )
    expect(done.rowCount).toBe(1_500_000)
    expect(done.resumedRowCount).toBeGreaterThan(0)
    expect(await readdir(project.dir)).not.toContain('many.parquet.scoring')
  })

  it('scores a dataset by its name, into CSV', async () => {
    await regiaJson(here(), 'score', 'late@1', '--in', 'trips@1', '--out', 'scored.csv', '--columns', 'id,miles')
    const lines = (await readFile(join(project.dir, 'scored.csv'), 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(501)
    expect(lines[0]).toBe('id,miles,prediction,score,probability_false,probability_true')
    expect(await regiaFailure(here(), 'score', 'late@1', '--in', 'trips@1')).toMatchObject({
      code: 2,
      error: { code: 'INVALID_INPUT', where: '--out' },
    })
  })

  it('is handed over to the server, followed, fetched and cancelled', async () => {
    const { id } = await regiaJson<ScoringJob>(
      here(),
      'score',
      'late@champion',
      '--in',
      'trips.csv',
      '--out',
      'x.csv',
      '--key',
      'id',
      '--detach',
    )
    await vi.waitFor(async () => {
      const { items } = await regiaJson<{ items: readonly ScoringJob[] }>(here(), 'scoring-jobs', 'list')
      expect(items[0]).toMatchObject({ id, status: 'succeeded' })
    }, PATIENCE)
    await regiaJson(here(), 'scoring-jobs', 'fetch', id, '--out', 'fetched.csv')
    expect((await readFile(join(project.dir, 'fetched.csv'), 'utf8')).split('\n')).toHaveLength(502)
    const shown = await regia(here(), 'scoring-jobs', 'show', id)
    expect(shown.stdout).toContain('500 rows: regia scoring-jobs fetch')
    const large = await regiaJson<ScoringJob>(
      here(),
      'score',
      'late@champion',
      '--in',
      'many.csv',
      '--out',
      'night',
      '--key',
      'id',
      '--detach',
    )
    expect((await regiaFailure(here(), 'scoring-jobs', 'delete', large.id)).error.hint).toContain('Cancel it first')
    expect(await regiaJson(here(), 'scoring-jobs', 'cancel', large.id)).toMatchObject({ status: 'cancelled' })
    expect(await regiaJson(here(), 'scoring-jobs', 'delete', large.id)).toEqual({ job: large.id })
    expect((await regiaFailure(here(), 'scoring-jobs', 'show', large.id)).error.code).toBe('NOT_FOUND')
    expect((await regia(here(), 'gc', '--keep-job-days', '0')).stdout).toContain('1 scoring job')
  })
})
