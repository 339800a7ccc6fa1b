import {
  type Digest,
  digestOf,
  MODEL_GRAMMAR,
  type ModelPackage,
  modelVersionSchema,
  type RegistryChange,
  registeredModelSchema,
} from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manualClock } from '../../test/start-server.ts'
import { openDatabase } from '../database/open.ts'
import { createEventBus } from '../events/bus.ts'
import type { Follower } from './model-deps.ts'
import { ModelService } from './model-service.ts'

const PACKAGE: ModelPackage = {
  format: 1,
  graph: digestOf('graph'),
  graphSizeBytes: 5,
  signature: { inputs: [{ name: 'x', type: 'float', nullable: false }], task: 'regression', target: 'y' },
  example: { rows: [{ x: 1 }], predictions: [1] },
  parity: { maxError: 0, rowCount: 1 },
  metrics: {},
  learner: { name: 'ridge', params: { alpha: 1 } },
  featureImportance: [],
}

async function openRegistry() {
  const clock = manualClock()
  const database = await openDatabase(':memory:', clock.now)
  onTestFinished(() => database.destroy())
  const followers: Follower[] = []
  const told: RegistryChange[] = []
  const models = new ModelService({
    database,
    events: createEventBus(clock.now),
    clock: clock.now,
    readPackage: async () => PACKAGE,
    packageSize: async () => 1,
    followers: async () => followers,
    tell: async (_transaction, change) => void told.push(change),
  })
  const register = (model: string, content: string, alias = 'challenger') =>
    models.register({
      ...{ model, alias, report: undefined, by: 'ada', reason: 'better' },
      packageDigest: digestOf(content) as Digest,
      lineage: { datasets: [], params: {}, artifacts: {} },
    })
  const version = (model: string, source = 's3://bucket/model') => models.createVersion({ model, source, by: 'ada' })
  return { models, database, clock, followers, told, register, version }
}

const DAY_MS = 86_400_000

describe('registered models', () => {
  it('are made, described, tagged and found', async () => {
    const { models } = await openRegistry()
    await models.create({ name: 'late/flights: größe', description: 'says which', tags: { team: 'ops' } })
    await models.update('late/flights: größe', { description: 'says when' })
    await models.setTag('late/flights: größe', 'team', 'flights')
    await models.setTag('late/flights: größe', 'gone', 'x')
    await models.deleteTag('late/flights: größe', 'gone')
    await models.deleteTag('late/flights: größe', 'never there')
    const found = registeredModelSchema.parse(await models.get('late/flights: größe'))
    expect(found).toMatchObject({ description: 'says when', tags: { team: 'flights' }, latestVersion: 0, aliases: [] })
    await expect(models.create({ name: 'late/flights: größe' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(models.create({ name: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(models.create({ name: 'a\nb' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(models.setTag('nobody', 'a', 'b')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('take everything along to another name', async () => {
    const { models, register } = await openRegistry()
    await register('old', 'a')
    await models.setTag('old', 'k', 'v')
    await models.cards.write({ model: 'old', text: { purpose: 'to try' }, by: 'ada' })
    await models.create({ name: 'taken' })
    await expect(models.rename('old', 'taken')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(models.rename('nobody', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await models.rename('old', 'new')
    expect(await models.getVersion('new', 'champion')).toMatchObject({
      model: 'new',
      version: 1,
      aliases: ['champion'],
    })
    expect(await models.get('new')).toMatchObject({ tags: { k: 'v' } })
    expect((await models.cards.get('new', 1)).text).toEqual({ purpose: 'to try' })
    expect((await models.listMoves('new', { limit: 9, offset: 0 })).total).toBe(1)
    await expect(models.get('old')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('leave their name free when they are deleted, and come back with versions and aliases', async () => {
    const { models, register, clock } = await openRegistry()
    for (const content of ['a', 'b']) await register('m', content)
    await models.delete('m', 'ada')
    await expect(models.getVersion('m', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await models.create({ name: 'm', description: 'another' })
    await expect(models.restore('m')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await models.delete('m', 'ada')
    clock.advance(1)
    await models.create({ name: 'm' })
    await models.rename('m', 'n')
    const deleted = await models.list({ limit: 9, offset: 0 }, true)
    expect(deleted.items.map(({ name, description }) => [name, description])).toEqual([
      ['m', ''],
      ['m', 'another'],
    ])
    expect(await models.restore('m')).toMatchObject({ description: 'another' })
    await models.rename('m', 'another')
    expect(await models.restore('m')).toMatchObject({
      latestVersion: 2,
      aliases: [
        { alias: 'challenger', version: 2 },
        { alias: 'champion', version: 1 },
      ],
    })
    await expect(models.restore('m')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(models.restore('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are gone for good after the time that the deleted are kept', async () => {
    const { models, register, version, clock, database } = await openRegistry()
    for (const content of ['a', 'b']) await register('m', content)
    await models.setVersionTag('m', 2, 'k', 'v')
    await models.promote({ model: 'm', version: 1, alias: 'challenger', by: 'ada', reason: '' })
    await models.deleteVersion('m', 2, 'ada')
    await models.create({ name: 'x' })
    await version('x')
    await models.delete('x', 'ada')
    clock.advance(10 * DAY_MS)
    expect(await models.purgeDeleted({ olderThanMs: 11 * DAY_MS })).toEqual({ models: 0, versions: 0 })
    const all = { olderThanMs: 9 * DAY_MS }
    expect(await models.purgeDeleted({ ...all, isDryRun: true })).toEqual({ models: 1, versions: 2 })
    expect(await models.purgeDeleted(all)).toEqual({ models: 1, versions: 2 })
    expect(await models.purgeDeleted(all)).toEqual({ models: 0, versions: 0 })
    await expect(models.restore('x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(models.restoreVersion('m', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const table of ['model_tag', 'model_version_tag'] as const)
      expect(await database.selectFrom(table).selectAll().execute()).toEqual([])
    expect(await register('m', 'c')).toEqual({ version: 3, isNew: true })
  })

  it('stay as long as an endpoint serves them', async () => {
    const { models, register, followers } = await openRegistry()
    for (const content of ['a', 'b']) await register('m', content)
    followers.push({ endpoint: 'flights', model: 'm', alias: 'champion', version: 1 })
    const refusal = { code: 'CONFLICT', message: expect.stringContaining('endpoint "flights"') }
    await expect(models.delete('m', 'ada')).rejects.toMatchObject(refusal)
    await expect(models.rename('m', 'n')).rejects.toMatchObject(refusal)
    await expect(models.deleteVersion('m', 1, 'ada')).rejects.toMatchObject(refusal)
    await expect(models.deleteAlias('m', 'champion', 'ada')).rejects.toMatchObject(refusal)
    await models.deleteAlias('m', 'challenger', 'ada')
    await models.deleteVersion('m', 2, 'ada')
    expect((await models.listVersions('m', { limit: 9, offset: 0 })).total).toBe(1)
  })
})

describe('versions', () => {
  it('keep their numbers, and never give one twice', async () => {
    const { models, version } = await openRegistry()
    await models.create({ name: 'm' })
    for (let i = 0; i < 3; i++) await version('m')
    await models.promote({ model: 'm', version: 3, alias: 'best', by: 'ada', reason: 'why' })
    await models.deleteVersion('m', 3, 'ada')
    await expect(models.getVersion('m', 3)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(models.getVersion('m', 'best')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(models.deleteVersion('m', 3, 'ada')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await models.get('m')).toMatchObject({ latestVersion: 2, aliases: [] })
    expect(await version('m')).toMatchObject({ version: 4 })
    const moves = await models.listMoves('m', { limit: 9, offset: 0 })
    expect(moves.items[0]).toEqual({
      ...{ model: 'm', alias: 'best', fromVersion: 3, by: 'ada', reason: 'Version 3 was deleted.' },
      at: '2026-03-01T00:00:00.000Z',
    })
    expect(await models.restoreVersion('m', 3)).toMatchObject({ version: 3, aliases: [] })
    await expect(models.createVersion({ model: 'nobody', source: 'x', by: 'ada' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('keep what they were made of; words, tags and stage change', async () => {
    const { models, clock } = await openRegistry()
    await models.create({ name: 'm' })
    const made = await models.createVersion({
      ...{ model: 'm', source: 'models:/m-1', location: 'mlflow-artifacts:/0/models/m-1/artifacts', by: 'ada' },
      ...{ runId: 'r1', runLink: 'http://x', loggedModelId: 'm-1', description: 'first', tags: { a: '1' } },
    })
    expect(modelVersionSchema.parse(made)).toMatchObject({
      ...{ source: 'models:/m-1', location: 'mlflow-artifacts:/0/models/m-1/artifacts', runId: 'r1' },
      ...{ runLink: 'http://x', loggedModelId: 'm-1', description: 'first', tags: { a: '1' } },
      ...{ stage: 'None', packaging: { status: 'pending' } },
    })
    clock.advance(5)
    await models.updateVersion('m', 1, { description: 'better words' })
    await models.setVersionTag('m', 1, 'b', '2')
    await models.deleteVersionTag('m', 1, 'a')
    await models.setStage('m', 1, 'Production', false)
    expect(await models.getVersion('m', 1)).toEqual({
      ...made,
      ...{ description: 'better words', tags: { b: '2' }, stage: 'Production', updatedAt: '2026-03-01T00:00:00.005Z' },
    })
    await expect(models.setVersionTag('m', 2, 'a', 'b')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('leave a stage for the one that comes', async () => {
    const { models, version } = await openRegistry()
    await models.create({ name: 'm' })
    for (let i = 0; i < 3; i++) await version('m')
    await models.setStage('m', 1, 'Production', true)
    await models.setStage('m', 2, 'Staging', true)
    await models.setStage('m', 3, 'Production', true)
    const stages = await models.listVersions('m', { limit: 9, offset: 0 })
    expect(stages.items.map(({ stage }) => stage)).toEqual(['Production', 'Staging', 'Archived'])
    expect((await models.latestByStage(['m'])).map((each) => each.version)).toEqual([1, 2, 3])
    await expect(models.setStage('m', 3, 'Archived', true)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('protected aliases', () => {
  it('move when somebody else has approved', async () => {
    const { models, register, told } = await openRegistry()
    for (const content of ['a', 'b', 'c']) await register('m', content)
    await models.protect('m', ['champion'])
    const move = { model: 'm', version: 2, alias: 'champion', by: 'ada', reason: 'better in June' }
    await expect(models.promote(move)).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringContaining('regia models request m@2 --alias champion'),
    })
    await expect(models.deleteAlias('m', 'champion', 'ada')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(models.deleteVersion('m', 1, 'ada')).rejects.toMatchObject({ code: 'CONFLICT' })
    await models.promote({ ...move, alias: 'challenger' })
    await expect(models.approvals.request({ ...move, alias: 'challenger' })).rejects.toMatchObject({ code: 'CONFLICT' })
    const request = await models.approvals.request(move)
    expect(await models.approvals.request(move)).toEqual(request)
    expect(request).toMatchObject({ id: 1, status: 'pending', fromVersion: 1, requestedBy: 'ada' })
    await expect(models.approvals.approve(1, { by: 'ada' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    told.length = 0
    expect(await models.approvals.approve(1, { by: 'grace', comment: 'Agreed.' })).toMatchObject({
      ...{ status: 'approved', decidedBy: 'grace', comment: 'Agreed.' },
    })
    expect(told).toMatchObject([{ kind: 'alias-set', alias: 'champion', version: 2 }])
    expect((await models.getVersion('m', 'champion')).version).toBe(2)
    const moves = await models.listMoves('m', { limit: 1, offset: 0 })
    expect(moves.items[0]).toMatchObject({ by: 'grace (asked for by ada)', reason: 'better in June Agreed.' })
    await expect(models.approvals.approve(1, { by: 'grace' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('do not move by a request that is out of date, rejected or withdrawn', async () => {
    const { models, register } = await openRegistry()
    for (const content of ['a', 'b', 'c']) await register('m', content)
    await models.protect('m', ['champion'])
    const ask = (version: number) =>
      models.approvals.request({ model: 'm', version, alias: 'champion', by: 'ada', reason: 'r' })
    const [second, third] = [await ask(2), await ask(3)]
    await models.approvals.approve(third.id, { by: 'grace' })
    await expect(models.approvals.approve(second.id, { by: 'grace' })).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringContaining('It stood at 1 and stands at 3 now'),
    })
    await models.approvals.withdraw(second.id, { by: 'ada' })
    const again = await ask(2)
    await models.approvals.reject(again.id, { by: 'grace', comment: 'No.' })
    const list = await models.approvals.list({ model: 'm' }, { limit: 9, offset: 0 })
    expect(list.items.map(({ status }) => status)).toEqual(['rejected', 'approved', 'withdrawn'])
    await ask(1)
    expect((await models.approvals.list({}, { limit: 1, offset: 0 })).items[0]).toMatchObject({ status: 'pending' })
    await expect(models.approvals.reject(99, { by: 'grace' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are asked for when a pipeline registers into them', async () => {
    const { models, register } = await openRegistry()
    await register('m', 'a')
    await models.protect('m', ['challenger'])
    expect(await register('m', 'b')).toEqual({ version: 2, isNew: true })
    expect((await models.getVersion('m', 2)).aliases).toEqual([])
    const { items } = await models.approvals.list({ status: 'pending' }, { limit: 9, offset: 0 })
    expect(items).toMatchObject([{ alias: 'challenger', version: 2, requestedBy: 'ada' }])
  })
})

describe('search', () => {
  it('filters, orders and pages by cursor', async () => {
    const { models, clock, version } = await openRegistry()
    for (const [i, name] of ['a_1', 'a%2', 'B3', 'b4'].entries()) {
      await models.create({ name, tags: { team: i % 2 === 0 ? 'x' : 'y', ...(i === 3 && { hidden: 'true' }) } })
      clock.advance(1000)
    }
    const names = async (search: Partial<Parameters<typeof models.search>[0]>) =>
      (await models.search({ limit: 100, ...search })).items.map(({ name }) => name)
    expect(await names({})).toEqual(['B3', 'a%2', 'a_1', 'b4'])
    expect(await names({ filter: "name LIKE 'b%'" })).toEqual(['b4'])
    expect(await names({ filter: "name ILIKE 'b%'" })).toEqual(['B3', 'b4'])
    expect(await names({ filter: "tags.team = 'x'", orderBy: ['name DESC'] })).toEqual(['a_1', 'B3'])
    expect(await names({ filter: "tags.hidden != 'true'" })).toEqual([])
    expect(await names({ withoutTag: { key: 'hidden', value: 'true' } })).toEqual(['B3', 'a%2', 'a_1'])
    expect(await names({ filter: "created >= '2026-03-01T00:00:02Z'" })).toEqual(['B3', 'b4'])
    expect(await names({ filter: 'created < 1e300', orderBy: ['tags.hidden', 'created DESC'] })).toEqual([
      ...['b4', 'B3', 'a%2', 'a_1'],
    ])
    const first = await models.search({ limit: 2, orderBy: ['tags.team'] })
    await models.create({ name: 'A0', tags: { team: 'x' } })
    const second = await models.search({ limit: 2, orderBy: ['tags.team'], cursor: first.nextCursor })
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['B3', 'a_1', 'a%2', 'b4'])
    expect(second.nextCursor).toBeUndefined()
    await expect(models.search({ limit: 2, cursor: first.nextCursor })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(names({ filter: "nme = 'x'" })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await version('b4')
    expect(await names({ filter: 'version > 0', grammar: MODEL_GRAMMAR })).toEqual(['b4'])
  })

  it('finds versions by run, source, stage and number', async () => {
    const { models, clock, version } = await openRegistry()
    for (const name of ['m', 'n']) await models.create({ name })
    for (const [i, name] of ['m', 'm', 'n'].entries()) {
      await models.createVersion({
        model: name,
        source: `s3://x/${i}`,
        runId: `run${i}`,
        by: 'ada',
        tags: { i: `${i}` },
      })
      clock.advance(1)
    }
    const found = async (filter: string, orderBy?: readonly string[]) =>
      (await models.searchVersions({ limit: 100, filter, orderBy })).items.map((each) => `${each.model}${each.version}`)
    expect(await found('')).toEqual(['n1', 'm2', 'm1'])
    expect(await found("run_id IN ('run0', 'run2')")).toEqual(['n1', 'm1'])
    expect(await found("source_path LIKE '%/1'")).toEqual(['m2'])
    expect(await found('version_number > 1')).toEqual(['m2'])
    expect(await found("name = 'm'", ['version_number ASC'])).toEqual(['m1', 'm2'])
    expect(await found("tags.i != '0'", ['name'])).toEqual(['m2', 'n1'])
    expect(await found("packaging = 'packaged'")).toEqual([])
    await models.delete('m', 'ada')
    await version('n')
    await models.deleteVersion('n', 1, 'ada')
    expect(await found('')).toEqual(['n2'])
  })
})

describe('cards', () => {
  it('say what people wrote of the model and the version, and who', async () => {
    const { models, register, clock } = await openRegistry()
    await register('m', 'a')
    const empty = await models.cards.get('m', 'champion')
    expect(empty).toMatchObject({ version: 1, text: {} })
    expect(empty.markdown).toContain('_Nobody has written this yet._')
    await models.cards.write({ model: 'm', text: { purpose: 'Warns.', owner: 'ops' }, by: 'ada' })
    clock.advance(1)
    const text = { purpose: 'Warns **earlier**.', errorCosts: [{ error: 'a | b', cost: '100 €' }] }
    await models.cards.write({ model: 'm', version: 1, text, by: 'grace' })
    const card = await models.cards.get('m', 1)
    expect(card).toMatchObject({ text: { ...text, owner: 'ops' }, editedBy: 'grace', editedAt: expect.any(String) })
    expect(card.markdown).toContain('Warns **earlier**.')
    expect(card.markdown).toContain('| a \\| b | 100 € |')
    expect(card.markdown).toContain('| x | float | refused |  |')
    await models.cards.write({ model: 'm', version: 1, text: {}, by: 'ada' })
    expect((await models.cards.get('m', 1)).text).toEqual({ purpose: 'Warns.', owner: 'ops' })
    const { items } = await models.cards.edits('m', 1, { limit: 9, offset: 0 })
    expect(items).toMatchObject([
      { by: 'ada', text: {} },
      { by: 'grace', text },
    ])
    await expect(models.cards.write({ model: 'm', version: 2, text, by: 'a' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
