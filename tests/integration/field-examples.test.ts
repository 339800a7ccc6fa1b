import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel, PipelineVersion, Run, RunSummary, VersionDiff } from '@regia/core'
import { createClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from './flights-traffic.ts'
import { CHECKOUT, regiaJson, regiaUp, type Up } from './regia-command.ts'

/** A copy of an example, with the packages of this checkout and nothing of an earlier run. */
async function copyOf(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `regia-${name}-`))
  const example = join(CHECKOUT, 'examples', name)
  const rests = ['.regia', '02_intermediate', '03_primary', '08_reporting']
  await cp(example, dir, { recursive: true, filter: (path) => !rests.some((rest) => path.includes(`/${rest}`)) })
  await symlink(join(CHECKOUT, 'node_modules'), join(dir, 'node_modules'))
  return dir
}

describe('as a user of ZenML writes it', { timeout: 240_000 }, () => {
  let dir: string
  beforeAll(async () => {
    dir = await copyOf('from-zenml')
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('finds out that the pre-processor comes before the trainer, which stands first', async () => {
    const run = await regiaJson<Run>({ cwd: dir }, 'run', 'churn')
    expect(run.status).toBe('succeeded')
    expect(run.graph.steps.map(({ id }) => id)).toEqual(['preprocessor', 'trainer', 'evaluator'])
    expect(run.metrics.auc).toBeGreaterThan(0.7)
    expect(await regiaJson<Run>({ cwd: dir }, 'run', 'churn')).toMatchObject({ cachedStepCount: 3 })
  })

  it('runs on another stack, to the same result', async () => {
    const here = await regiaJson<Run>({ cwd: dir }, 'run', 'churn')
    const local = await regiaJson<Run>({ cwd: dir }, 'run', 'churn', '--env', 'local')
    expect(local).toMatchObject({ status: 'succeeded', number: 1, environment: 'local', metrics: here.metrics })
  })
})

describe('as a user of Kedro writes it', { timeout: 240_000 }, () => {
  let dir: string
  beforeAll(async () => {
    dir = await copyOf('from-kedro')
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))
  const metrics = async () => JSON.parse(await readFile(join(dir, 'data/08_reporting/metrics.json'), 'utf8'))

  it('sorts two flows whose nodes stand backwards, and saves what the catalog names', async () => {
    const run = await regiaJson<Run>({ cwd: dir }, 'run', 'spaceflights')
    expect(run.status).toBe('succeeded')
    const place = new Map(run.graph.steps.map(({ id }, i) => [id, i]))
    expect(place.get('data-processing.create-model-input-table')).toBeLessThan(place.get('data-science.split')!)
    expect(await metrics()).toMatchObject({ rows: 80, r2: expect.closeTo(0.97, 1) })
  })

  it('reads other files in another environment, and mixes nothing', async () => {
    const prod = await regiaJson<Run>({ cwd: dir }, 'run', 'spaceflights', '--env', 'prod')
    expect(prod).toMatchObject({ status: 'succeeded', number: 1, params: { trees: 150 } })
    expect(await metrics()).toMatchObject({ rows: 180 })
    const base = await regiaJson<Run>({ cwd: dir }, 'run', 'spaceflights')
    expect(base).toMatchObject({ number: 2, params: { trees: 60 } })
    expect(await metrics()).toMatchObject({ rows: 80 })
  })
})

describe('as a user of Flyte writes it', { timeout: 300_000 }, () => {
  let dir: string
  let server: Up
  const at = () => ({ cwd: dir, env: { REGIA_URL: server.url } })
  beforeAll(async () => {
    dir = await copyOf('from-flyte')
    server = await regiaUp({ cwd: dir })
  })
  afterAll(async () => {
    await server?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  /** Starts a run of what `prod` points to, and says yes when it asks. */
  async function runProd(): Promise<Run> {
    const client = createClient({ url: server.url })
    const { id } = await regiaJson<RunSummary>(at(), 'run', 'house-prices', '--channel', 'prod', '--detach')
    await until(async () => ['paused', 'failed'].includes((await client.runs.get(id)).status))
    await regiaJson(at(), 'approve', id, '--comment', 'looks right')
    await until(async () => ['succeeded', 'failed'].includes((await client.runs.get(id)).status))
    return client.runs.get(id)
  }

  it('maps over cities, asks a person, and goes back to the first of two versions', async () => {
    const deploy = () => regiaJson<PipelineVersion>(at(), 'deploy', 'house-prices', '--channel', 'prod')
    await deploy()
    const first = await runProd()
    expect(first).toMatchObject({ status: 'succeeded', pipelineVersion: 1, channel: 'prod', params: { trees: 60 } })
    const [mapped] = first.steps.filter(({ map }) => map)
    expect(mapped).toMatchObject({ step: 'train-all.train-city', map: { total: 4, succeeded: 4, failed: 0 } })
    const published = first.steps.find(({ step }) => step === 'publish')?.outputs.published?.value
    expect(published).toEqual(['Graz', 'Lyon', 'Porto', 'Turku'])

    const path = join(dir, 'pipelines/house-prices.ts')
    await writeFile(path, (await readFile(path, 'utf8')).replace('.default(60)', '.default(5)'))
    await deploy()
    expect(await runProd()).toMatchObject({ pipelineVersion: 2, params: { trees: 5 } })
    const diff = await regiaJson<VersionDiff>(at(), 'pipelines', 'diff', 'house-prices', '1', '2')
    expect(JSON.stringify(diff.settings)).toContain('trees')

    const back = await regiaJson<Channel>(at(), 'rollback', 'house-prices', '--channel', 'prod', '--reason', 'worse')
    expect(back).toMatchObject({ version: 1 })
    const again = await runProd()
    expect(again).toMatchObject({ pipelineVersion: 1, params: { trees: 60 } })
    // What the first run trained is still known.
    expect(again.steps.find(({ step }) => step === 'train-all.train-city')?.status).toBe('cached')
  })
})
