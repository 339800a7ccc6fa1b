import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AliasRequest, ModelCard, ModelComparison, ModelVersion, RegisteredModel } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Place, regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

let place: Place
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Up
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeFile(join(folder.dir, 'package.json'), '{"type":"module"}')
  place = { cwd: folder.dir }
  server = await regiaUp(place)
})
afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const json = <Result>(...args: readonly string[]) => regiaJson<Result>(place, 'models', ...args)

describe('the commands of the registry', () => {
  it('lead a model from its name to its end', async () => {
    await json('create', 'penguins', '--description', 'tells penguins apart', '--tag', 'team=zoo', '--tag', 'old=1')
    const first = await json<ModelVersion>('register', 'penguins', '--source', 's3://bucket/model')
    expect(first).toMatchObject({ version: 1, packaging: { status: 'refused', hint: expect.any(String) } })
    await json('register', 'penguins', '--run', 'nobody', '--path', 'model', '--tag', 'try=2')
    await json('promote', 'penguins@2', '--alias', 'challenger')
    await json('update', 'penguins', '--untag', 'old', '--protect', 'champion')
    await json('update', 'penguins@2', '--stage', 'Production', '--archive-existing', '--description', 'newer')
    expect(await json<RegisteredModel>('show', 'penguins')).toMatchObject({
      ...{ tags: { team: 'zoo' }, protectedAliases: ['champion'], latestVersion: 2 },
    })
    const found = await json<{ items: ModelVersion[] }>('versions', '--filter', "stage = 'Production'")
    expect(found.items).toMatchObject([{ version: 2, description: 'newer', source: 'runs:/nobody/model' }])
    const { code, error } = await regiaFailure(place, 'models', 'promote', 'penguins@2')
    expect([code, error.code]).toEqual([expect.any(Number), 'CONFLICT'])
    const request = await json<AliasRequest>('request', 'penguins@2', '--reason', 'better', '--by', 'ada')
    await json('approve', String(request.id), '--by', 'grace', '--comment', 'Agreed.')
    expect((await json<ModelVersion>('show', 'penguins@champion')).version).toBe(2)
    await json('write-card', 'penguins', '--purpose', 'to tell', '--error-cost', 'wrong bird=a laugh')
    await json('write-card', 'penguins', '--owner', 'the zoo')
    const card = await json<ModelCard>('card', 'penguins@champion')
    expect(card.text).toEqual({
      ...{ purpose: 'to tell', owner: 'the zoo', errorCosts: [{ error: 'wrong bird', cost: 'a laugh' }] },
    })
    const comparison = await json<ModelComparison>('compare', 'penguins', '1', 'champion')
    expect(comparison.code).toContainEqual({ name: 'source', before: 's3://bucket/model', after: 'runs:/nobody/model' })
    await json('unalias', 'penguins@challenger')
    await json('delete', 'penguins@1')
    await json('restore', 'penguins@1')
    await json('rename', 'penguins', 'birds')
    await json('delete', 'birds')
    expect((await json<{ items: unknown[] }>('list')).items).toEqual([])
    expect((await json<{ items: unknown[] }>('list', '--deleted')).items).toHaveLength(1)
    await json('restore', 'birds')
    const listed = await json<{ items: RegisteredModel[] }>('list', '--filter', "tags.team = 'zoo'", '--order', 'name')
    expect(listed.items).toMatchObject([{ name: 'birds', aliases: [{ alias: 'champion', version: 2 }] }])
  })

  it('are plain for a person', async () => {
    expect((await regia(place, 'models', 'show', 'birds@2')).stdout).toContain('stage       Production')
    expect((await regia(place, 'models', 'requests')).stdout).toMatch(/approved +birds@champion none → 2 +ada/)
    expect((await regia(place, 'models', 'card', 'birds@2')).stdout).toContain('## What errors cost')
    expect((await regia(place, 'models', 'compare', 'birds', '1', '2')).stdout).toContain('differs')
  })

  it('say where a list goes on', async () => {
    const { stdout } = await regia(place, 'models', 'versions', '--limit', '1')
    const cursor = /There is more: --cursor (\S+)/.exec(stdout)?.[1] ?? ''
    const first = await json<{ items: ModelVersion[] }>('versions', '--limit', '1')
    const next = await json<{ items: ModelVersion[]; nextCursor?: string }>('versions', '--cursor', cursor)
    expect([...first.items, ...next.items].map(({ version }) => version).sort()).toEqual([1, 2])
    expect(next.nextCursor).toBeUndefined()
  })
})
