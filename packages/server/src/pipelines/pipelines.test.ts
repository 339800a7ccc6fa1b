import { digestOf, pipelineVersionSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

describe('pipelines', () => {
  it('keep a version as long as graph and code are the same', async () => {
    const { client } = await startServer()
    const versions = async () => (await client.pipelines.versions('job')).items.map(({ version }) => version)
    await deploy(client, graph('job', [step('a')]))
    await deploy(client, graph('job', [step('a')]))
    expect(await versions()).toEqual([1])
    await deploy(client, graph('job', [step('a')]), 'export const changed = 1')
    expect(await versions()).toEqual([2, 1])
    await deploy(client, graph('job', [step('a'), step('b')]))
    expect(await versions()).toEqual([3, 2, 1])
    // Going back is a new version, so that the latest one is what was deployed last.
    await deploy(client, graph('job', [step('a')]))
    expect(await versions()).toEqual([4, 3, 2, 1])
    expect(pipelineVersionSchema.parse(await client.pipelines.get('job'))).toMatchObject({
      version: 4,
      projectDir: '/project',
    })
  })

  it('take their project folder along when it moves', async () => {
    const { client } = await startServer()
    const bundleDigest = await deploy(client, graph('job', [step('a')]))
    const moved = await client.pipelines.deploy('job', {
      graph: graph('job', [step('a')]),
      bundleDigest,
      projectDir: '/elsewhere',
    })
    expect(moved).toMatchObject({ version: 1, projectDir: '/elsewhere' })
    expect((await client.pipelines.get('job')).projectDir).toBe('/elsewhere')
  })

  it('are listed with their last run', async () => {
    const { client } = await startServer()
    await deploy(client, graph('b', [step('a')]))
    await deploy(client, graph('a', [step('a')]))
    await client.pipelines.run('b')
    await workUntilIdle(client)
    await client.pipelines.run('b')
    const { items, total } = await client.pipelines.list()
    expect(items.map(({ pipeline, lastRun }) => [pipeline, lastRun?.number, lastRun?.cachedStepCount])).toEqual([
      ['a', undefined, undefined],
      ['b', 2, 1],
    ])
    expect(total).toBe(2)
    expect((await client.pipelines.list({ limit: 1, cursor: 'o1' })).items[0]?.pipeline).toBe('b')
  })

  it('run an older version when asked', async () => {
    const { client } = await startServer()
    await deploy(client, graph('job', [step('old')]))
    await deploy(client, graph('job', [step('new')]))
    const run = await client.pipelines.run('job', { version: 1 })
    expect(run.pipelineVersion).toBe(1)
    expect(await workUntilIdle(client)).toEqual(['old'])
  })

  it('refuse what cannot run', async () => {
    const { client, server } = await startServer()
    const circle = graph('job', [step('a', { inputs: { x: from('b') } }), step('b', { inputs: { x: from('a') } })])
    await expect(deploy(client, circle)).rejects.toMatchObject({ code: 'PIPELINE_CYCLE' })
    await expect(deploy(client, graph('job', [step('a'), step('a')]))).rejects.toMatchObject({
      code: 'STEP_OUTPUT_DUPLICATE',
    })
    await expect(deploy(client, graph('job', [step('a', { inputs: { x: from('c') } })]))).rejects.toMatchObject({
      code: 'STEP_INPUT_MISSING',
    })
    const body = { graph: graph('job', [step('a')]), bundleDigest: step('x').codeDigest, projectDir: '/' }
    await expect(client.pipelines.deploy('job', body)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
    const gone = digestOf('gone')
    const given = { from: 'artifact', kind: 'table', digest: gone, sizeBytes: 1 } as const
    const needy = [step('a', { inputs: { rows: given } }), step('a', { command: { argv: ['true'], files: gone } })]
    for (const each of needy)
      await expect(deploy(client, graph('job', [each]))).rejects.toMatchObject({
        code: 'BLOB_MISSING',
        data: { digest: gone },
      })
    await expect(client.pipelines.deploy('other', body)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.pipelines.get('job')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const empty = await server.app.inject({
      method: 'POST',
      url: '/api/v1/pipelines/job/versions',
      payload: { ...body, graph: { name: 'job', params: {}, steps: [] } },
    })
    expect(empty.statusCode).toBe(400)
  })

  it('are counted for Prometheus', async () => {
    const { client, server } = await startServer()
    await deploy(client, graph('job', [step('a')]))
    await client.pipelines.run('job')
    const metrics = (await server.app.inject('/metrics')).body
    expect(metrics).toContain('regia_runs{status="queued"} 1')
    expect(metrics).toContain('regia_steps{status="queued"} 1')
  })
})
