import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { overviewSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, step } from '../../test/graphs.ts'
import { fail, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'

describe('the overview', () => {
  it('shows an empty home', async () => {
    const { client, home, projectDir } = await startServer()
    expect(overviewSchema.parse(await client.overview())).toMatchObject({
      needs: [],
      endpoints: [],
      runs: [],
      timeline: [],
      server: { home, project: projectDir },
    })
  })

  it('tells of a failed run until a later one succeeds, and marks what happened', async () => {
    const { client, projectDir, clock } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), 'a\n1\n')
    await client.datasets.ingest('birds', { path: 'birds.csv' })
    clock.advance(1000)
    await deploy(client, graph('job', [step('a')]))
    await client.pipelines.run('job')
    await workUntilIdle(client, () => fail(false))
    const broken = overviewSchema.parse(await client.overview())
    expect(broken.needs).toMatchObject([{ kind: 'failed-run', run: { pipeline: 'job', number: 1 } }])
    expect(broken.timeline.map(({ title }) => title)).toEqual(['job #1 failed', 'birds version 1'])
    clock.advance(1000)
    await client.pipelines.run('job')
    await workUntilIdle(client)
    expect((await client.overview()).needs).toEqual([])
  })

  it('tells what runs ask people, the longest waiting first, until they are answered or cancelled', async () => {
    const { client, clock } = await startServer()
    const boolean = { kind: 'value', schema: { type: 'boolean' } } as const
    const question = { question: 'Release it?', approvers: [] }
    const ask = step('ask', { kind: 'approve', cache: false, outputs: { approved: boolean }, approval: question })
    const beside = step('beside', { cache: false })
    await deploy(client, graph('job', [ask, beside, step('publish', { when: isTrue(from('ask', 'approved')) })]))
    const first = await client.pipelines.run('job')
    clock.advance(1000)
    const second = await client.pipelines.run('job')
    const asked = async () =>
      overviewSchema.parse(await client.overview()).needs.map((need) => need.kind === 'approval' && need.run.number)
    // Also while other steps of the run go on.
    expect(await asked()).toEqual([1, 2])
    await workUntilIdle(client)
    expect((await client.overview()).needs[0]).toMatchObject({
      kind: 'approval',
      run: { id: first.id, status: 'paused' },
      step: 'ask',
      approval: { question: 'Release it?' },
    })
    await client.runs.approve(first.id, 'ask', { isApproved: true })
    expect(await asked()).toEqual([2])
    await client.runs.cancel(second.id)
    expect(await asked()).toEqual([])
  })
})
