import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CatalogItem, Page, Run, RunSummary } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regia, regiaFailure, regiaJson, regiaUp } from './regia-command.ts'
import { stacksProject } from './stacks-project.ts'

type Catalog = { readonly environment?: string; readonly version: number; readonly entries: readonly CatalogItem[] }

describe('a project with stacks of its own', { timeout: 120_000 }, () => {
  let project: Awaited<ReturnType<typeof stacksProject>>
  let place: { cwd: string }
  const file = (path: string) => join(project.dir, path)
  const runsOf = async (...env: readonly string[]) =>
    (await regiaJson<Page<RunSummary>>(place, 'runs', 'list', ...env)).items

  beforeAll(async () => {
    project = await stacksProject()
    place = { cwd: project.dir }
  })
  afterAll(() => project.remove())

  it('runs the same pipeline on another stack, and neither sees the other', async () => {
    const base = await regiaJson<Run>(place, 'run', 'cities')
    const prod = await regiaJson<Run>(place, 'run', 'cities', '--env', 'prod')
    expect([base.environment, prod.environment]).toEqual([undefined, 'prod'])
    expect([base.number, prod.number]).toEqual([1, 1])
    expect(JSON.parse(await readFile(file('out/count.json'), 'utf8'))).toBe(2)
    expect(JSON.parse(await readFile(file('out/prod.json'), 'utf8'))).toBe(4)
    expect(base.catalog).toMatchObject([{ entry: 'cities', from: 'data/cities.csv', rowCount: 2 }])
    expect(prod.catalog).toMatchObject([{ entry: 'cities', from: 'data/prod.csv', rowCount: 4 }])
    expect((await runsOf()).map(({ id }) => id)).toEqual([base.id])
    expect((await runsOf('--env', 'prod')).map(({ id }) => id)).toEqual([prod.id])
    const kept = await regiaJson<{ validRowCount: number }>(place, 'data', 'show', 'kept', '--env', 'prod')
    expect(kept.validRowCount).toBe(4)
    const digests = (run: Run) => run.steps.flatMap(({ outputs }) => Object.values(outputs).map(({ digest }) => digest))
    const seen = digests(base).filter((digest) => digests(prod).includes(digest))
    expect(seen).toEqual([])
  })

  it('keeps content, database and attempts where the stack says', () => {
    expect(existsSync(file('vault/sha256'))).toBe(true)
    expect(existsSync(file('.regia-prod/blobs'))).toBe(false)
    expect(existsSync(file('state/prod.db'))).toBe(true)
    expect(existsSync(file('.regia-prod/regia.db'))).toBe(false)
    expect(existsSync(file('.regia/regia.db'))).toBe(true)
    expect(readFileSync(file('attempts.txt'), 'utf8').trim().split('\n')).toEqual(['drop-id', 'count'])
  })

  it('takes the environment from the variable or from before the command', async () => {
    const byVariable = await regiaJson<Page<RunSummary>>({ ...place, env: { REGIA_ENV: 'prod' } }, 'runs', 'list')
    const before = await regia(place, '--env', 'prod', 'runs', 'list', '--json')
    expect(JSON.parse(before.stdout)).toEqual(byVariable)
    const base = await regiaJson<Page<RunSummary>>(
      { ...place, env: { REGIA_ENV: 'prod' } },
      'runs',
      'list',
      '--env',
      'base',
    )
    expect(base.items).toHaveLength(1)
    expect(base.items[0]!.id).not.toBe(byVariable.items[0]!.id)
  })

  it('shows the catalog of each environment, and what is missing', async () => {
    const base = await regiaJson<Catalog>(place, 'catalog', 'list', 'cities')
    expect(base.entries.map(({ name, state, readBy, savedBy }) => [name, state, readBy, savedBy])).toEqual([
      ['cities', 'there', ['drop-id'], []],
      ['count', 'there', [], [expect.stringContaining('save')]],
      ['kept', 'there', [], [expect.stringContaining('save')]],
    ])
    const tiny = await regiaJson<Catalog>(place, 'catalog', 'list', 'cities', '--env', 'tiny')
    expect(tiny).toMatchObject({ environment: 'tiny', entries: [{ name: 'cities', state: 'missing' }, {}, {}] })
    const preview = await regiaJson<{ rowCount: number; rows: unknown[] }>(
      place,
      ...['catalog', 'show', 'cities', 'cities', '--limit', '1', '--env', 'prod'],
    )
    expect(preview).toMatchObject({ rowCount: 4, rows: [{ id: 1, city: 'Oslo' }] })
    const text = await regia(place, 'catalog', 'list', 'cities', '--env', 'tiny')
    expect(text.stdout).toContain('✗ missing')
    expect(text.stdout).toContain('data/gone.csv')
    const missing = await regiaFailure(place, 'run', 'cities', '--env', 'tiny')
    expect(missing.error.message).toContain(
      'Catalog entry "cities" in the environment "tiny", which step "drop-id" needs',
    )
    expect(await regiaFailure(place, 'catalog', 'show', 'cities', 'citys')).toMatchObject({
      code: 3,
      error: { code: 'NOT_FOUND', hint: 'Did you mean "cities"?' },
    })
    expect(await regiaFailure(place, 'catalog', 'list', 'nothing')).toMatchObject({ code: 3 })
  })

  it('tells whom the stack names, in a way that the project brings', async () => {
    const server = await regiaUp(place, '--env', 'prod')
    try {
      const { changes } = await regiaJson<{ changes: { kind: string; name: string }[] }>(
        place,
        'apply',
        '--env',
        'prod',
      )
      expect(changes.filter(({ kind }) => kind === 'notifier').map(({ name }) => name)).toEqual(['pager'])
      expect((await regia(place, 'run', 'failing', '--env', 'prod', '--json')).code).toBe(1)
      await expect
        .poll(() => (existsSync(file('told.txt')) ? readFileSync(file('told.txt'), 'utf8') : ''), { timeout: 45_000 })
        .toMatch(/^run-failed in prod: .*failing #1.*\n$/)
    } finally {
      await server.stop()
    }
  })

  it('uses its own step types and transforms by name', async () => {
    const run = await regiaJson<Run>(place, 'run', 'named')
    expect(run.steps.map(({ step, status }) => [step, status])).toEqual([
      ['drop', 'succeeded'],
      ['train', 'succeeded'],
      ['judge', 'succeeded'],
    ])
  })

  it('connects to the server of the stack, with a token by reference that stays nowhere', async () => {
    const token = 'a-very-secret-token-for-the-server'
    const server = await regiaUp({ ...place, env: { REGIA_HOME: file('elsewhere'), REGIA_TOKEN: token } })
    const config = await readFile(file('regia.config.ts'), 'utf8')
    try {
      const remote = `remote: { stack: { server: { url: '${server.url}', token: { env: 'REMOTE_TOKEN' } } } },\n    tiny:`
      await writeFile(file('regia.config.ts'), config.replace('tiny:', remote))
      const there = { ...place, env: { REMOTE_TOKEN: token } }
      const run = await regiaJson<Run>(there, 'run', 'cities', '--env', 'remote')
      expect([run.status, run.environment]).toEqual(['succeeded', 'remote'])
      expect(await regiaFailure(place, 'runs', 'list', '--env', 'remote')).toMatchObject({
        code: 2,
        error: { code: 'CONFIG_INVALID', where: 'REMOTE_TOKEN' },
      })
      expect(await runsOf()).toHaveLength(2)
    } finally {
      await server.stop()
      await writeFile(file('regia.config.ts'), config)
    }
    const kept = readdirSync(project.dir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    expect(kept.filter((each) => readFileSync(join(each.parentPath, each.name)).includes(token))).toEqual([])
  })

  it('names the environments and kinds that there are', async () => {
    expect(await regiaFailure(place, 'runs', 'list', '--env', 'prods')).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID', hint: 'It has: base, prod, tiny.' },
    })
    const config = await readFile(file('regia.config.ts'), 'utf8')
    const wrong = {
      "executor: 'inProcess'": ["executor: 'ray'", 'There is: local, inProcess; of this project: noting.'],
      "home: '.regia-tiny'": ["blobs: { kind: 's3' }", 'There is: folder; of this project: vault.'],
      "home: '.regia-tiny',": ["database: { kind: 'postgresql' },", 'There is: sqlite.'],
    }
    for (const [from, [to = '', hint]] of Object.entries(wrong)) {
      await writeFile(file('regia.config.ts'), config.replace(from, to))
      expect(await regiaFailure(place, 'runs', 'list', '--env', 'tiny')).toMatchObject({
        code: 2,
        error: { code: 'CONFIG_INVALID', hint },
      })
    }
    await writeFile(file('regia.config.ts'), config.replace("folder: 'vault'", "folders: 'vault'"))
    const settings = await regiaFailure(place, 'runs', 'list', '--env', 'prod')
    expect(settings.error.message).toContain('The settings of the blob store "vault" are wrong')
    await writeFile(file('regia.config.ts'), config.replace('./kinds/vault.ts', './kinds/clip.ts'))
    expect(await regiaFailure(place, 'runs', 'list', '--env', 'prod')).toMatchObject({
      error: { code: 'CONFIG_INVALID', where: './kinds/clip.ts', hint: expect.stringContaining('defineStore') },
    })
    await writeFile(file('regia.config.ts'), config)
  })
})
