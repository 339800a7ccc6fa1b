import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdFactory, digestOf, RegiaError } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { from, graph, step } from '../../test/graphs.ts'
import { PLENTY } from '../../test/scripted-worker.ts'
import { openDatabase } from '../database/open.ts'
import { createEventBus } from '../events/bus.ts'
import { PipelineService } from './pipeline-service.ts'
import type { Registrar } from './register-model.ts'

const absent = () => Promise.reject(new RegiaError('NOT_FOUND', 'There is none.'))
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

async function openService(path: string, register: Registrar['register']): Promise<PipelineService> {
  const database = await openDatabase(path)
  onTestFinished(() => database.destroy())
  return new PipelineService({
    database,
    events: createEventBus(Date.now),
    clock: Date.now,
    newId: createIdFactory(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count))),
    datasets: { getVersion: absent },
    models: { register, findPackage: async () => undefined, getPackage: absent },
    hasBlob: async () => true,
    onError: (error) => {
      throw error
    },
  })
}

describe('a register step', () => {
  it('that a kill cut short is carried out at the next start', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'regia-register-')), 'regia.db')
    const killed = await openService(path, () => new Promise(() => undefined))
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
    const next = await openService(path, async ({ packageDigest, lineage }) => {
      registered.push(`${packageDigest} of ${lineage.runId}`)
      return { version: 1, isNew: true }
    })
    await next.start()
    await next.stop()
    expect(registered).toEqual([`${model.digest} of ${id}`])
    expect(await next.runs.get(id)).toMatchObject({ status: 'succeeded', steps: [{}, { status: 'succeeded' }] })
  })
})
