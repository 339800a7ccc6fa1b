import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { from, graph, step } from '../../test/graphs.ts'
import { openService } from '../../test/open-service.ts'
import { PLENTY } from '../../test/scripted-worker.ts'
import type { PipelineService } from './pipeline-service.ts'
import type { Registrar } from './register-model.ts'

const release = graph('release', [
  step('train', { outputs: { model: { kind: 'model' } } }),
  step('register', {
    kind: 'register',
    cache: false,
    inputs: { model: from('train', 'model') },
    inputTypes: { model: { kind: 'model' } },
    outputs: {},
    register: { model: 'late', alias: 'challenger' },
  }),
])

async function open(path: string, register: Registrar['register']): Promise<PipelineService> {
  const { service, close } = await openService(path, register)
  onTestFinished(close)
  return service
}

describe('a register step', () => {
  it('that a kill cut short is carried out at the next start', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'regia-register-')), 'regia.db')
    const killed = await open(path, () => new Promise(() => undefined))
    await killed.deploy({ graph: release, bundleDigest: digestOf(''), projectDir: '/' })
    const { id } = await killed.startRun({ pipeline: 'release', trigger: { kind: 'person', by: 'ada' } })
    const [lease] = await killed.leases.acquire({ ...PLENTY, waitMs: 0 }, new AbortController().signal)
    const model = { kind: 'model', digest: digestOf('package'), sizeBytes: 1 } as const
    await killed.leases.report(
      lease!.stepRunId,
      { status: 'succeeded', leaseToken: lease!.leaseToken, outputs: { model } },
      [],
    )
    expect((await killed.runs.get(id)).steps[1]?.status).toBe('running')

    const registered: string[] = []
    const next = await open(path, async ({ packageDigest, lineage }) => {
      registered.push(`${packageDigest} of ${lineage.runId}`)
      return { version: 1, isNew: true }
    })
    await next.start()
    await next.stop()
    expect(registered).toEqual([`${model.digest} of ${id}`])
    expect(await next.runs.get(id)).toMatchObject({ status: 'succeeded', steps: [{}, { status: 'succeeded' }] })
  })
})
