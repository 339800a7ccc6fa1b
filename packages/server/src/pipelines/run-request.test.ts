import { idSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

const of = (code: string, environment?: string) => ({
  ...graph('job', [step('a', { code })]),
  ...(environment !== undefined && { environment }),
})

describe('which version runs', () => {
  it('is the one that a channel points to', async () => {
    const { client } = await startServer()
    await deploy(client, of('1'))
    await deploy(client, of('2'))
    await client.pipelines.moveChannel('job', 'prod', { version: 1 })
    expect(await client.pipelines.run('job', { channel: 'prod' })).toMatchObject({
      pipelineVersion: 1,
      channel: 'prod',
    })
    await client.pipelines.moveChannel('job', 'prod', { version: 2 })
    expect(await client.pipelines.run('job', { channel: 'prod' })).toMatchObject({ pipelineVersion: 2 })
    await expect(client.pipelines.run('job', { channel: 'prdo' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'Pipeline "job" has no channel "prdo".',
    })
    await expect(client.pipelines.run('job', { channel: 'prod', version: 1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  it('is the latest that was deployed for an environment', async () => {
    const { client } = await startServer()
    await deploy(client, of('1', 'dev'))
    await deploy(client, of('1', 'prod'))
    await deploy(client, of('2', 'dev'))
    expect(await client.pipelines.run('job', { environment: 'prod' })).toMatchObject({
      pipelineVersion: 2,
      environment: 'prod',
    })
    expect(await client.pipelines.run('job', { environment: 'dev' })).toMatchObject({
      pipelineVersion: 3,
      environment: 'dev',
    })
    await expect(client.pipelines.run('job', { environment: 'test' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'Pipeline "job" has no version for environment "test".',
    })
    await expect(client.pipelines.run('job', { version: 1, environment: 'prod' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Version 1 of pipeline "job" was deployed for environment "dev", not for "prod".',
    })
  })

  it('may take the data of an earlier run of its version, and of no other', async () => {
    const { client } = await startServer()
    await deploy(client, of('1'))
    const first = await client.pipelines.run('job')
    await deploy(client, of('2'))
    expect(await client.pipelines.run('job', { version: 1, dataOf: first.id })).toMatchObject({ pipelineVersion: 1 })
    await expect(client.pipelines.run('job', { dataOf: first.id })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'dataOf',
    })
    const unknown = idSchema('run').parse(`run_${'0'.repeat(26)}`)
    await expect(client.pipelines.run('job', { dataOf: unknown })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('stays the same when an unchanged pipeline is deployed for its environment again', async () => {
    const { client } = await startServer()
    await deploy(client, of('1', 'dev'))
    await deploy(client, of('1', 'prod'))
    await deploy(client, of('1', 'dev'))
    expect((await client.pipelines.versions('job')).items.map(({ version }) => version)).toEqual([2, 1])
    expect(await client.pipelines.run('job', { environment: 'dev' })).toMatchObject({ pipelineVersion: 1 })
  })

  it('shares results with other environments whose code and inputs are the same', async () => {
    const { client } = await startServer()
    await deploy(client, of('1', 'dev'))
    await client.pipelines.run('job')
    await workUntilIdle(client)
    await deploy(client, of('1', 'prod'))
    expect(await client.pipelines.run('job', { environment: 'prod' })).toMatchObject({ cachedStepCount: 1 })
  })
})
