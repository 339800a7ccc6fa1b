import { aliasMoveSchema, type Digest, modelVersionSchema, type Report, registeredModelSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, step, value } from '../../test/graphs.ts'
import { type Script, valueOutput, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { tinyPackage } from '../../test/tiny-model.ts'

let packages: readonly Uint8Array<ArrayBuffer>[] = []
beforeAll(async () => {
  packages = await Promise.all([1, 2, 3].map(tinyPackage))
})

const report = (passed: boolean): Report => ({
  name: 'checks',
  passed,
  checks: [],
  metrics: {},
  baselines: {},
  curves: {},
  slices: [],
  rowCount: 1,
  createdAt: '2026-03-01T00:00:00.000Z',
})

/** Trains, judges, registers what passed. */
const release = (data: string) =>
  graph('release', [
    step('train', { inputs: { data: value(data) }, outputs: { model: { kind: 'model' } } }),
    step('judge', {
      kind: 'gate',
      inputs: { model: from('train', 'model') },
      inputTypes: { model: { kind: 'model' } },
      outputs: { passed: { kind: 'value', schema: {} }, report: { kind: 'report' } },
    }),
    step('register', {
      kind: 'register',
      cache: false,
      when: isTrue(from('judge', 'passed')),
      inputs: { model: from('train', 'model'), report: from('judge', 'report') },
      inputTypes: { model: { kind: 'model' }, report: { kind: 'report' } },
      outputs: {},
      register: { model: 'late', alias: 'challenger' },
    }),
  ])

async function runRelease(client: RegiaClient, digest: Digest, data: string, passed = true) {
  await deploy(client, release(data))
  const { id } = await client.pipelines.run('release')
  const script: Script = ({ kind }) =>
    kind === 'gate'
      ? {
          status: 'succeeded',
          outputs: { passed: valueOutput(passed), report: { ...valueOutput(report(passed)), kind: 'report' } },
        }
      : { status: 'succeeded', outputs: { model: { kind: 'model', digest, sizeBytes: 1 } } }
  await workUntilIdle(client, script)
  await expect.poll(async () => (await client.runs.get(id)).finishedAt).toBeDefined()
  return client.runs.get(id)
}

describe('the registry', () => {
  it('makes the first version champion and later ones challenger, with report and lineage', async () => {
    const { client } = await startServer()
    const digests = await Promise.all(packages.map(async (bytes) => (await client.blobs.write(bytes)).digest))
    const first = await runRelease(client, digests[0]!, 'january')
    expect(first).toMatchObject({ status: 'succeeded' })
    await runRelease(client, digests[1]!, 'february')
    const second = modelVersionSchema.parse(await client.models.version('late', 2))
    expect(second).toMatchObject({ aliases: ['challenger'], packageDigest: digests[1], report: { passed: true } })
    expect(second.lineage).toMatchObject({
      pipeline: { name: 'release', version: 2 },
      artifacts: { model: digests[1] },
    })
    expect(second.package?.signature).toMatchObject({ task: 'binary', target: 'late' })
    const model = registeredModelSchema.parse(await client.models.get('late'))
    expect(model.aliases).toEqual([
      { alias: 'challenger', version: 2 },
      { alias: 'champion', version: 1 },
    ])
    expect((await client.models.version('late', 'champion')).lineage.runId).toBe(first.id)
  })

  it('keeps the version of a package that it has already: an unchanged second run does no work', async () => {
    const { client } = await startServer()
    const { digest } = await client.blobs.write(packages[0]!)
    await runRelease(client, digest, 'january')
    const again = await runRelease(client, digest, 'january')
    expect(again).toMatchObject({ status: 'succeeded', cachedStepCount: 3 })
    expect(again.steps[2]?.cache).toMatchObject({
      hit: true,
      reason: 'The registry has this package already, as version 1.',
    })
    expect((await client.models.versions('late')).total).toBe(1)
  })

  it('registers nothing that a gate refused', async () => {
    const { client } = await startServer()
    const { digest } = await client.blobs.write(packages[0]!)
    const run = await runRelease(client, digest, 'january', false)
    expect(run).toMatchObject({ status: 'succeeded', steps: [{}, {}, { status: 'skipped' }] })
    await expect(client.models.get('late')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('refuses what is no package', async () => {
    const { client } = await startServer()
    const { digest } = await client.blobs.write(new TextEncoder().encode('not a zip'))
    expect(await runRelease(client, digest, 'january')).toMatchObject({
      status: 'failed',
      error: { code: 'MODEL_INVALID' },
    })
  })

  it('moves aliases and writes down who, when and why', async () => {
    const { client } = await startServer()
    for (const [i, bytes] of packages.entries())
      await runRelease(client, (await client.blobs.write(bytes)).digest, `month ${i}`)
    const promoted = await client.models.promote('late', 'challenger', { alias: 'champion', reason: 'better in June' })
    expect(promoted).toMatchObject({ version: 3, aliases: ['challenger', 'champion'] })
    await client.models.promote('late', 3, { alias: 'champion' })
    const history = await client.models.history('late')
    expect(
      history.items
        .map((move) => aliasMoveSchema.parse(move))
        .map(({ alias, fromVersion, toVersion, by }) => [alias, fromVersion, toVersion, by]),
    ).toEqual([
      ['champion', 1, 3, 'ada'],
      ['challenger', 2, 3, 'release #3'],
      ['challenger', undefined, 2, 'release #2'],
      ['champion', undefined, 1, 'release #1'],
    ])
    expect(history.items[0]?.reason).toBe('better in June')
    await expect(client.models.promote('late', 9, { alias: 'champion' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.models.promote('late', 1, { alias: '7' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.models.version('lat', 1)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "late"?',
    })
    await expect(client.models.version('late', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('gives a later run the package behind an alias', async () => {
    const { client } = await startServer()
    const { digest, sizeBytes } = await client.blobs.write(packages[0]!)
    await runRelease(client, digest, 'january')
    const beat = graph('beat', [
      step('a', {
        inputTypes: { m: { kind: 'model' } },
        inputs: { m: { from: 'model', name: 'late', alias: 'champion', optional: true } },
      }),
    ])
    await deploy(client, beat)
    await client.pipelines.run('beat')
    const { steps } = await client.leases.acquire({ worker: 'w', cpu: 1, memoryMb: 9999, limit: 1, waitMs: 0 })
    expect(steps[0]?.inputs.m?.artifacts).toEqual([{ kind: 'model', digest, sizeBytes }])
  })
})
