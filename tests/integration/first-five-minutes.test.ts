import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetVersion, Endpoint, ModelVersion, Page, PredictResponse, Row, Run, RunSummary } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { penguinsProject, regia, regiaFailure, regiaJson, regiaUp, type Up } from './regia-command.ts'

const GENTOO =
  '{"island": "Biscoe", "bill_length_mm": 46.1, "bill_depth_mm": 13.2, "flipper_length_mm": 211, "body_mass_g": 4500, "sex": "female"}'

/** What README's "Your first five minutes" says, in its order: each test goes on from the one before. */
describe('the first five minutes', { timeout: 120_000 }, () => {
  let project: Awaited<ReturnType<typeof penguinsProject>>
  let place: { cwd: string }
  let server: Up | undefined

  beforeAll(async () => {
    project = await penguinsProject()
    place = { cwd: project.dir }
  })
  afterAll(async () => {
    await server?.stop()
    await project.remove()
  })

  it('takes the data in, and the unmeasured penguins into quarantine', async () => {
    const version = await regiaJson<DatasetVersion>(
      place,
      'data',
      'add',
      'penguins.csv',
      '--name',
      'penguins',
      '--schema',
      'penguins.schema.json',
    )
    expect(version).toMatchObject({
      dataset: 'penguins',
      version: 1,
      rowCount: 344,
      validRowCount: 342,
      quarantinedRowCount: 2,
    })
    const quarantine = await regiaJson<Page<Row & { _reason: string }>>(place, 'data', 'quarantine', 'penguins')
    expect(quarantine.total).toBe(2)
    expect(quarantine.items[0]!._reason).toContain('bill_length_mm')
    const { stdout } = await regia(place, 'data', 'show', 'penguins')
    expect(stdout).toContain('flipper_length_mm')
  })

  it('plans, runs and registers', async () => {
    const { steps } = await regiaJson<{ steps: { step: string; action: string }[] }>(place, 'plan', 'penguins')
    expect(steps.map(({ step }) => step).sort()).toEqual(['gate', 'register', 'split', 'train'])
    const { code, stdout, stderr } = await regia(place, 'run', 'penguins')
    expect(stderr).toBe('')
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('● succeeded  train')
    expect(stdout).toContain('penguins #1 succeeded')
    const champion = await regiaJson<ModelVersion>(place, 'models', 'show', 'penguins@champion')
    expect(champion).toMatchObject({ version: 1, report: { passed: true } })
    expect(champion.package?.parity.maxError).toBeLessThanOrEqual(1e-5)
    expect(champion.report!.metrics.accuracy!.value).toBeGreaterThan(0.9)
  })

  it('does nothing the second time, and says why', async () => {
    const { stdout } = await regia(place, 'run', 'penguins')
    expect(stdout).toMatch(/Nothing to do: all \d steps cached\./)
    const why = await regiaJson<{ steps: { step: string; status: string; cache: { hit: boolean; reason: string } }[] }>(
      place,
      'why',
      'latest',
    )
    expect(why.steps.find(({ step }) => step === 'train')).toMatchObject({ status: 'cached', cache: { hit: true } })
    const changed = await regiaJson<Run>(place, 'run', 'penguins', '--param', 'trees=12')
    expect(changed.steps.find(({ step }) => step === 'split')!.status).toBe('cached')
    expect(changed.steps.find(({ step }) => step === 'train')!.status).toBe('succeeded')
    const { stdout: explained } = await regia(place, 'why', 'latest/train')
    expect(explained).toContain('trees')
    expect((await regiaJson<Page<RunSummary>>(place, 'runs', 'list')).total).toBe(3)
  })

  it('serves at an endpoint', async () => {
    server = await regiaUp(place)
    const dryRun = await regia(place, 'apply', '--dry-run')
    expect(dryRun.stdout).toContain('+ create  endpoint penguins')
    expect((await regia(place, 'apply')).stdout).toContain('Applied')
    expect((await regia(place, 'apply')).stdout).toContain('Nothing to change')
    const { predictions, version } = await regiaJson<PredictResponse>(place, 'predict', 'penguins', '--row', GENTOO)
    expect(version).toBe(1)
    expect(predictions[0]).toMatchObject({ label: 'Gentoo' })
    const reply = await fetch(`${server.url}/api/v1/endpoints/penguins/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: [JSON.parse(GENTOO)] }),
    })
    expect(await reply.json()).toMatchObject({ predictions: [{ label: 'Gentoo' }] })
  })

  it('has nothing to roll back to yet', async () => {
    const failure = await regiaFailure(place, 'endpoints', 'rollback', 'penguins')
    expect(failure).toMatchObject({ code: 1, error: { code: 'CONFLICT' } })
    expect(await regiaFailure(place, 'endpoints', 'rollback', 'nowhere')).toMatchObject({ code: 3 })
  })

  it('promotes, and rolls back in under a second', async () => {
    await regiaJson(place, 'models', 'promote', 'penguins@challenger', '--reason', 'a test')
    expect((await regiaJson<PredictResponse>(place, 'predict', 'penguins', '--row', GENTOO)).version).toBe(2)
    const rolledBack = await regiaJson<Endpoint & { tookMs: number }>(place, 'endpoints', 'rollback', 'penguins')
    expect(rolledBack.tookMs).toBeLessThan(1000)
    expect((await regiaJson<PredictResponse>(place, 'predict', 'penguins', '--row', GENTOO)).version).toBe(1)
  })

  it('checks a version like a test run', async () => {
    const { code, stdout } = await regia(place, 'check', 'penguins@1', '--junit', 'checks.xml')
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('✓ penguins@1 passes.')
    const junit = await readFile(join(project.dir, 'checks.xml'), 'utf8')
    expect(junit).toContain('<testsuite name="penguins@1" tests="4" failures="0"')
  })

  it('turns red where a check asks for more than the model gives', async () => {
    const strict = `import { checks } from 'regia'\nexport const penguinChecks = checks('penguins', ({ model, test }) => model.on(test).accuracy().isAtLeast(0.99, { confidence: 0.95 }))\n`
    const path = join(project.dir, 'checks/penguins.ts')
    const before = await readFile(path, 'utf8')
    await writeFile(path, strict)
    const { code, stdout } = await regia(place, 'check', 'penguins@champion', '--junit', 'red.xml')
    await writeFile(path, before)
    expect(code).toBe(1)
    expect(stdout).toContain('✗ penguins@1 fails 1 check.')
    expect(await readFile(join(project.dir, 'red.xml'), 'utf8')).toContain('failures="1"')
  })

  it('scores a file', async () => {
    const scored = await regiaJson<{ rowCount: number }>(
      place,
      ...['score', 'penguins@champion', '--in', 'unnamed.csv', '--out', 'scored.csv'],
    )
    expect(scored.rowCount).toBe(8)
    const [header, ...lines] = (await readFile(join(project.dir, 'scored.csv'), 'utf8')).trim().split('\n')
    const prediction = header!.split(',').indexOf('prediction')
    expect(lines.map((line) => line.split(',')[prediction]).join()).toBe(
      'Adelie,Adelie,Adelie,Chinstrap,Chinstrap,Gentoo,Gentoo,Gentoo',
    )
    const broken = await regiaFailure(place, 'score', 'penguins@champion', '--in', 'penguins.csv', '--out', 'all.csv')
    expect(broken).toMatchObject({
      code: 1,
      error: { code: 'SCHEMA_VIOLATED', message: expect.stringContaining('bill_length_mm is null') },
    })
  })

  it('takes labels for what it predicted', async () => {
    const { predictions } = await regiaJson<PredictResponse>(place, 'predict', 'penguins', '--row', GENTOO)
    const labels = join(project.dir, 'labels.jsonl')
    await writeFile(
      labels,
      `${JSON.stringify({ prediction_id: predictions[0]!.id, label: 'Gentoo' })}\n{"prediction_id": "nobody", "label": "x"}\n`,
    )
    expect(await regiaJson(place, 'labels', 'push', '--file', 'labels.jsonl')).toEqual({
      acceptedCount: 1,
      unknownIds: ['nobody'],
    })
  })

  it('shows the whole', async () => {
    const { stdout } = await regia(place, 'overview')
    expect(stdout).toContain('penguins')
    expect((await regia(place, 'endpoints', 'show', 'penguins')).stdout).toContain('rolled-back')
    expect((await regia(place, 'monitors', 'list')).stdout).toContain('penguins')
    expect((await regia(place, 'alerts', 'list')).stdout.trim()).toBe('No alerts.')
    const page = await fetch(server!.url, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
  })

  it('says what is wrong with a row', async () => {
    const unknown = await regiaFailure(place, 'predict', 'penguins', '--row', '{"wings": 2}')
    expect(unknown).toMatchObject({ code: 2, error: { code: expect.stringMatching(/^COLUMN_/) } })
    const { code, stderr } = await regia(place, 'predict', 'penguins', '--row', '{"island": Biscoe}')
    expect(code).toBe(2)
    expect(stderr).toContain('This is not JSON')
  })

  it('ends well', async () => {
    const finished = await server!.stop()
    server = undefined
    expect(finished.code).toBe(0)
  })
})
