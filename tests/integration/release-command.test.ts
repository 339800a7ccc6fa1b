import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint, PredictResponse, Release } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CHECKOUT,
  type Place,
  regia,
  regiaFailure,
  regiaJson,
  regiaUp,
  temporaryFolder,
  type Up,
} from './regia-command.ts'

const PYTORCH = join(CHECKOUT, 'tests/reference/pytorch')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let place: Place
let server: Up
beforeAll(async () => {
  folder = await temporaryFolder()
  place = { cwd: folder.dir }
  await writeFile(join(folder.dir, 'package.json'), '{"type":"module"}')
  await symlink(join(CHECKOUT, 'node_modules'), join(folder.dir, 'node_modules'))
  await mkdir(join(folder.dir, 'endpoints'))
  for (const ending of ['onnx', 'signature.json', 'rows.json']) {
    await copyFile(join(PYTORCH, `pytorch.${ending}`), join(folder.dir, `pytorch.${ending}`))
  }
  server = await regiaUp(place)
}, 120_000)
afterAll(async () => {
  await server?.stop()
  await folder.remove()
})

const json = <Result>(...args: readonly string[]) => regiaJson<Result>(place, ...args)
const declare = (steps: string) =>
  writeFile(
    join(folder.dir, 'endpoints', 'birds.yaml'),
    `endpoint: birds\nstable: birds@champion\ncanary:\n  model: birds@challenger\n  steps: ${steps}\n  every: 1h\n`,
  )

/** @param target - What it is said to predict: the same package again would be no new version. */
async function importAs(alias: string, target: string): Promise<void> {
  const signature = JSON.parse(await readFile(join(folder.dir, 'pytorch.signature.json'), 'utf8'))
  await writeFile(join(folder.dir, 'signature.json'), JSON.stringify({ ...signature, target }))
  const said = ['--signature', 'signature.json', '--example', 'pytorch.rows.json', '--alias', alias]
  await json('models', 'import', 'pytorch.onnx', '--name', 'birds', ...said)
}

describe('the commands of releases', { timeout: 240_000 }, () => {
  it('say before anything is done that it would be refused', async () => {
    await declare('[20, 50]')
    const { code, stdout } = await regia(place, 'apply', '--dry-run')
    expect(code).toBe(1)
    expect(stdout).toContain('✗ There is no birds@champion in the registry. See "regia models list"')
    expect(stdout).toContain('Applying would be refused, for 1 of them.\nNothing was changed: this is a dry run.')
    expect(await regiaFailure(place, 'apply')).toMatchObject({ error: { code: 'NOT_FOUND' } })
  })

  it('begin one from a file, and show what applying changes', async () => {
    await importAs('champion', 'species')
    await importAs('challenger', 'kind')
    await declare('[20, 50]')
    expect((await regia(place, 'apply', '--dry-run')).stdout).toContain('+ create  endpoint birds')
    await json('apply')
    await declare('[30, 60]')
    const dry = (await regia(place, 'apply', '--dry-run')).stdout
    expect(dry).toContain('~ change  endpoint birds  (canary)')
    expect(dry).toContain('canary.steps: [20,50] → [30,60]')
    await json('apply')
    expect(await json<Release>('endpoints', 'release', 'birds')).toMatchObject({
      kind: 'canary',
      state: 'running',
      step: { place: 1, of: 2, percent: 30 },
      arms: [
        { version: 1, role: 'stable', share: 0.7 },
        { version: 2, role: 'canary', share: 0.3 },
      ],
    })
    expect((await regia(place, 'endpoints', 'list')).stdout).toContain('birds 1 (70 %), birds 2 (canary 30 %)')
  })

  it('pause, go on, take steps and take it all back', async () => {
    const words = async (...args: readonly string[]) => (await regia(place, 'endpoints', ...args)).stdout
    expect(await words('pause', 'birds', '--reason', 'Lunch.')).toContain('paused')
    expect(await words('release', 'birds')).toContain('canary paused at 30 %, step 1 of 2')
    await json('endpoints', 'resume', 'birds')
    await json('endpoints', 'advance', 'birds')
    expect(await json<Release>('endpoints', 'release', 'birds')).toMatchObject({ step: { place: 2, percent: 60 } })
    const back = await json<Endpoint & { tookMs: number }>('endpoints', 'rollback', 'birds', '--reason', 'It smells.')
    expect(back.tookMs).toBeLessThan(1000)
    expect(await words('show', 'birds')).toContain('It smells.')
    const listed = await words('releases', 'birds')
    expect(listed).toMatch(/canary +2 +1 +rolled-back/)
    expect(await json('endpoints', 'releases', 'birds')).toMatchObject({ items: [{ kind: 'canary' }], total: 1 })
    const byHand = await words('decisions', 'birds', '--by', 'person')
    expect(byHand).toContain('It smells.')
    expect(byHand).not.toContain('canary-started')
    expect(await json('endpoints', 'decisions', 'birds', '--by', 'person', '--kind', 'paused')).toMatchObject({
      items: [{ kind: 'paused', by: 'person' }],
      total: 1,
    })
    expect(await regiaFailure(place, 'endpoints', 'decisions', 'birds', '--by', 'me')).toMatchObject({
      error: { code: 'INVALID_INPUT', where: '--by', hint: 'It takes one of: rule, regia, person.' },
    })
    expect(await regiaFailure(place, 'endpoints', 'advance', 'birds')).toMatchObject({ error: { code: 'CONFLICT' } })
  })

  it('push rewards, make a bandit without a file, and delete it', async () => {
    const bandit = JSON.stringify({ arms: [{ model: 'birds@challenger' }], every: '1m' })
    const made = ['endpoints', 'create', 'flock', '--stable', 'birds@champion', '--bandit', bandit]
    expect(await json<Endpoint>(...made)).toMatchObject({ release: { kind: 'bandit', state: 'running' } })
    const { predictions } = await json<PredictResponse>('predict', 'flock', '--file', 'pytorch.rows.json')
    const lines = predictions.map(({ id }) => `${id},1`)
    await writeFile(join(folder.dir, 'rewards.csv'), ['prediction_id,reward', ...lines, '1-1-zzzzz,0'].join('\n'))
    expect(await json('rewards', 'push', '--file', 'rewards.csv')).toEqual({
      acceptedCount: predictions.length,
      unknownIds: ['1-1-zzzzz'],
    })
    expect((await regia(place, 'endpoints', 'delete', 'flock')).stdout).toContain('flock serves no more')
    expect(await regiaFailure(place, 'endpoints', 'show', 'flock')).toMatchObject({ error: { code: 'NOT_FOUND' } })
  })
})
