import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { overviewSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
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
})
