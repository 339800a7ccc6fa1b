import type { Demo } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../test/start-server.ts'

const demo: Demo = {
  title: 'Birds',
  chapters: [{ name: 'ingest', title: 'Ingest', status: 'running', progress: 0.5, detail: '' }],
  actions: [{ name: 'nulls', label: 'Nulls', description: 'Half of the values are missing.', isActive: false }],
}

describe('the demonstration', () => {
  it('is what its client last said', async () => {
    const first = await startServer()
    expect(await first.client.demo.get()).toBeUndefined()
    await first.client.demo.set(demo)
    await first.client.demo.set({ ...demo, title: 'Penguins' })
    const second = await first.restart()
    expect(await second.client.demo.get()).toEqual({ ...demo, title: 'Penguins' })
  })

  it('hands a wish over once, the last one of each action', async () => {
    const { client, clock } = await startServer()
    await expect(client.demo.act('nulls', true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await client.demo.set(demo)
    await expect(client.demo.act('null', true)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "nulls"?',
    })
    await client.demo.act('nulls', true)
    clock.advance(5)
    const wish = await client.demo.act('nulls', false)
    expect(wish).toEqual({ name: 'nulls', active: false, requestedAt: new Date(clock.now()).toISOString() })
    expect((await client.demo.takeActions()).actions).toEqual([wish])
    expect((await client.demo.takeActions()).actions).toEqual([])
  })
})
