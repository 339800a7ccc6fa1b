import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf, RegiaError } from '@regia/core'
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

  it.each([
    ['by the machinery', new RegiaError('UNAVAILABLE', 'The disk is away.'), 'UNAVAILABLE', 0],
    ['by a fault of ours', new TypeError('It is undefined.'), 'INTERNAL', 1],
  ])('that fails %s has failed, and goes to no worker', async (_, thrown, code, faults) => {
    const told: unknown[] = []
    const path = join(mkdtempSync(join(tmpdir(), 'regia-register-')), 'regia.db')
    const opened = await openService(
      path,
      () => Promise.reject(thrown),
      (error) => void told.push(error),
    )
    onTestFinished(opened.close)
    const { service } = opened
    await service.deploy({ graph: release, bundleDigest: digestOf(''), projectDir: '/' })
    const { id } = await service.startRun({ pipeline: 'release', trigger: { kind: 'person', by: 'ada' } })
    const lease = () => service.leases.acquire({ ...PLENTY, waitMs: 0 }, new AbortController().signal)
    const [{ stepRunId, leaseToken } = { stepRunId: '', leaseToken: 0 }] = await lease()
    const model = { kind: 'model', digest: digestOf('package'), sizeBytes: 1 } as const
    await service.leases.report(stepRunId, { status: 'succeeded', leaseToken, outputs: { model } }, [])
    await service.stop()
    expect(await service.runs.get(id)).toMatchObject({ status: 'failed', error: { code, data: { step: 'register' } } })
    expect(await lease()).toEqual([])
    expect(told).toHaveLength(faults)
  })
})
