import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { openTracking } from '../../test/open-tracking.ts'

async function openExperiments() {
  const { experiments, clock } = await openTracking()
  const make = async (name: string, tags: Readonly<Record<string, string>> = {}) => {
    clock.advance(1_000)
    return experiments.create({ name, tags })
  }
  const names = async (search: Partial<Parameters<typeof experiments.search>[0]>) => {
    const { items } = await experiments.search({ limit: 100, lifecycle: 'active', ...search })
    return items.map(({ name }) => name)
  }
  return { experiments, clock, make, names }
}

describe('the search of experiments', () => {
  it('finds by name, note, time and tag', async () => {
    const { experiments, make, names } = await openExperiments()
    await make('Alpha', { team: 'red', tier: '1' })
    const beta = await make('beta_1', { team: 'blue' })
    await make('beta*2', { team: 'red' })
    await experiments.update(beta.id, { note: 'what we know' })
    expect(await names({ filter: "name LIKE 'beta%'" })).toEqual(['beta*2', 'beta_1'])
    expect(await names({ filter: "name LIKE 'Beta%'" })).toEqual([])
    expect(await names({ filter: "name ILIKE 'ALPH_'" })).toEqual(['Alpha'])
    expect(await names({ filter: "name LIKE 'beta*%'" })).toEqual(['beta*2'])
    expect(await names({ filter: "tags.team = 'red' AND name != 'Alpha'" })).toEqual(['beta*2'])
    expect(await names({ filter: "tags.team != 'red'" })).toEqual(['beta_1'])
    expect(await names({ filter: "note ILIKE '%KNOW%'" })).toEqual(['beta_1'])
    expect(await names({ filter: `created > ${beta.createdMs}` })).toEqual(['beta*2'])
    expect(await names({ filter: `id IN ('0', '${beta.id}')`, orderBy: ['id'] })).toEqual(['Default', 'beta_1'])
  })

  it('orders, with what is missing last in both directions', async () => {
    const { make, names } = await openExperiments()
    await make('a', { rank: '2' })
    await make('b', { rank: '1' })
    await make('c')
    expect(await names({ orderBy: ['tags.rank'] })).toEqual(['b', 'a', 'c', 'Default'])
    expect(await names({ orderBy: ['tags.rank DESC', 'name'] })).toEqual(['a', 'b', 'Default', 'c'])
    expect(await names({})).toEqual(['c', 'b', 'a', 'Default'])
  })

  it('finds deleted ones where they are asked for', async () => {
    const { experiments, make, names } = await openExperiments()
    const { id } = await make('gone')
    await make('here')
    await experiments.delete(id)
    expect(await names({ lifecycle: 'deleted' })).toEqual(['gone'])
    expect(await names({ filter: "name != 'Default'" })).toEqual(['here'])
    expect(await names({ lifecycle: 'all', orderBy: ['name'] })).toEqual(['Default', 'gone', 'here'])
  })

  it.each([[['tags.rank DESC', 'name']], [['tags.rank']], [[]], [['id']]])(
    'pages by %j, and leaves none out while others come',
    async (orderBy) => {
      const { experiments, make, names } = await openExperiments()
      for (let i = 0; i < 25; i++) await make(`e${i}`, i % 3 === 0 ? {} : { rank: `${i % 4}` })
      const all = await names({ orderBy })
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await experiments.search({ limit: 4, lifecycle: 'active', orderBy, cursor })
        paged.push(...page.items.map(({ name }) => name))
        cursor = page.nextCursor
        await make(`new${paged.length}`, { rank: '2' })
      } while (cursor !== undefined)
      const old = paged.filter((name) => !name.startsWith('new'))
      expect(old).toEqual(all)
      expect(new Set(paged).size).toBe(paged.length)
    },
  )

  it('refuses a cursor of another search', async () => {
    const { experiments, make } = await openExperiments()
    for (let i = 0; i < 3; i++) await make(`e${i}`)
    const { nextCursor } = await experiments.search({ limit: 1, lifecycle: 'active' })
    for (const search of [
      { cursor: nextCursor, lifecycle: 'all' as const },
      { cursor: nextCursor, lifecycle: 'active' as const, orderBy: ['name'] },
      { cursor: 'nonsense', lifecycle: 'active' as const },
      { cursor: '', lifecycle: 'active' as const },
    ])
      await expect(experiments.search({ limit: 1, ...search })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        where: 'cursor',
      })
    await expect(experiments.search({ limit: 1, lifecycle: 'all', filter: 'nope = 1' })).rejects.toThrow(RegiaError)
  })

  it('finds the active one of a name, else the one that was deleted last', async () => {
    const { experiments, clock, make } = await openExperiments()
    const first = await make('e')
    await experiments.delete(first.id)
    const second = await make('e')
    expect((await experiments.findByName('e'))?.id).toBe(second.id)
    clock.advance(1)
    await experiments.delete(second.id)
    expect((await experiments.findByName('e'))?.id).toBe(second.id)
    expect(await experiments.findByName('none')).toBeUndefined()
    const [one, other] = await Promise.all([experiments.getOrCreate('e'), experiments.getOrCreate('e')])
    expect(one.id).toBe(other.id)
    expect([first.id, second.id]).not.toContain(one.id)
  })

  it('keeps what cannot be kept out', async () => {
    const { experiments } = await openExperiments()
    for (const experiment of [
      { name: '' },
      { name: 'x'.repeat(501) },
      { name: 'a', note: 'x'.repeat(100_001) },
      { name: 'a', tags: { '': 'x' } },
      { name: 'a', tags: { t: 'x'.repeat(20_001) } },
    ])
      await expect(experiments.create(experiment)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await experiments.findByName('a')).toBeUndefined()
  })
})
