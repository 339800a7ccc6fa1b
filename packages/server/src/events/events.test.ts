import { describe, expect, it, vi } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { startServer } from '../../test/start-server.ts'
import { createEventBus } from './bus.ts'

describe('the event bus', () => {
  it('tells of the first change at once and of many as about four a second', () => {
    vi.useFakeTimers()
    const bus = createEventBus(() => 0)
    const heard: string[] = []
    bus.subscribe(({ type, id }) => heard.push(`${type} ${id}`))
    bus.publish('run', 'a')
    expect(heard).toEqual(['run a'])
    for (let i = 0; i < 1000; i++) {
      vi.advanceTimersByTime(1)
      bus.publish('run', 'a')
    }
    expect(heard.length).toBeGreaterThanOrEqual(4)
    expect(heard.length).toBeLessThanOrEqual(5)
    vi.advanceTimersByTime(1_000)
    const count = heard.length
    vi.advanceTimersByTime(10_000)
    expect(heard).toHaveLength(count)
    bus.publish('run', 'b')
    expect(heard.at(-1)).toBe('run b')
    bus.close()
    vi.useRealTimers()
  })

  it('forgets who has left', () => {
    const bus = createEventBus(() => 0)
    const heard: string[] = []
    const leave = bus.subscribe(({ id }) => heard.push(id))
    leave()
    bus.publish('run', 'a')
    expect(heard).toEqual([])
    bus.close()
  })
})

describe('/api/v1/events', () => {
  it('streams what changes until the reader leaves or the server closes', async () => {
    const { server, client } = await startServer()
    const stop = new AbortController()
    const heard: string[] = []
    const reading = (async () => {
      for await (const event of client.events(stop.signal)) heard.push(`${event.type} ${event.id}`)
    })().catch((error: unknown) => error)
    await expect.poll(() => server.app.server.listening).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await deploy(client, graph('news', [step('a')]))
    const { id } = await client.pipelines.run('news')
    await expect.poll(() => heard).toContain(`run ${id}`)
    expect(heard[0]).toBe('pipeline news')
    await server.close()
    await reading
  })
})
