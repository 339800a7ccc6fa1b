import { type PipelineGraph, pipelineGraphSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { chain, deploy, from, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { orderGraph } from './order-graph.ts'

const layered = (name: string, layers: number, width: number): PipelineGraph =>
  graph(
    name,
    Array.from({ length: layers * width }, (_, i) => {
      const [layer, column] = [Math.floor(i / width), i % width]
      const before = (by: number) => from(`s${(layer - 1) * width + ((column + by) % width)}`)
      return step(`s${i}`, layer === 0 ? {} : { inputs: { x: before(0), y: before(1), z: before(2) } })
    }),
  )

/** Milliseconds of this process's own time, the least of three, so that a busy machine is not mistaken for slow code. */
async function fastest(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const started = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(started)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}

describe('speed', () => {
  it.each([
    ['a chain', chain('long', 10_000)],
    ['100 layers of 100 that each need three of the last', layered('wide', 100, 100)],
    [
      'one step that needs 9,999 others',
      graph('star', [
        step('all', { inputs: { x: { from: 'list', items: Array.from({ length: 9_999 }, (_, i) => from(`s${i}`)) } } }),
        ...Array.from({ length: 9_999 }, (_, i) => step(`s${i}`)),
      ]),
    ],
  ])('checks and orders 10,000 steps in less than a second: %s', async (name, of) => {
    const raw: unknown = JSON.parse(JSON.stringify(of))
    const parseMs = await fastest(() => pipelineGraphSchema.parse(raw))
    const orderMs = await fastest(() => orderGraph(of))
    console.info(`${name}: parse ${parseMs.toFixed(0)} ms, order ${orderMs.toFixed(0)} ms`)
    expect(orderGraph(of)).toHaveLength(10_000)
    expect(parseMs + orderMs).toBeLessThan(1_000)
  })

  it.each([
    ['a chain', chain('cached', 1_000)],
    ['20 layers of 50', layered('cached', 20, 50)],
  ])('finishes a run of 1,000 cached steps in less than a second: %s', { timeout: 120_000 }, async (name, of) => {
    const { client } = await startServer()
    await deploy(client, of)
    await client.pipelines.run('cached')
    const worked = performance.now()
    expect(await workUntilIdle(client)).toHaveLength(1_000)
    const perStepMs = (performance.now() - worked) / 1_000
    const cachedMs = await fastest(async () => {
      expect(await client.pipelines.run('cached')).toMatchObject({ status: 'succeeded', cachedStepCount: 1_000 })
    })
    const planMs = await fastest(() => client.pipelines.plan('cached'))
    console.info(
      `${name}: ${perStepMs.toFixed(1)} ms a step, cached ${cachedMs.toFixed(0)} ms, plan ${planMs.toFixed(0)} ms`,
    )
    expect(cachedMs).toBeLessThan(1_000)
    expect(planMs).toBeLessThan(1_000)
  })
})
