import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endpointSpecSchema, type LineageGraph, lineageGraphSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'
import { type Script, valueOutput, workUntilIdle } from '../../test/scripted-worker.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'
import { tinyPackage } from '../../test/tiny-model.ts'

const TABLE = { kind: 'table' } as const
const MODEL = { kind: 'model' } as const

const delays = (code: string) =>
  graph('delays', [
    step('split', {
      inputs: { rows: { from: 'dataset', name: 'birds' } },
      inputTypes: { rows: TABLE },
      outputs: { train: TABLE, test: TABLE },
    }),
    step('train', {
      code,
      inputs: { rows: from('split', 'train') },
      inputTypes: { rows: TABLE },
      outputs: { model: MODEL, score: { kind: 'value', schema: {} } },
    }),
    step('register', {
      kind: 'register',
      cache: false,
      inputs: { model: from('train', 'model') },
      inputTypes: { model: MODEL },
      outputs: {},
      register: { model: 'delays', alias: 'champion' },
    }),
  ])

/** A dataset, a run that made a model of it, and an endpoint that serves the model. */
async function chain(): Promise<
  TestServer & { readonly runs: readonly string[]; readonly run: (code: string, trees: number) => Promise<string> }
> {
  const started = await startServer()
  const { client, projectDir } = started
  writeFileSync(join(projectDir, 'birds.csv'), 'name,mass\nAda,4000\nBob,3500\n')
  await client.datasets.ingest('birds', { path: 'birds.csv' })
  const run = async (code: string, trees: number) => {
    const made = await client.blobs.write(await tinyPackage(trees))
    const script: Script = (lease) => {
      const table = (name: string) => ({
        ...lease.inputs.rows!.artifacts[0]!,
        kind: 'table' as const,
        rowCount: name.length,
      })
      if (lease.step === 'split')
        return { status: 'succeeded', outputs: { train: table('train'), test: table('test') } }
      return { status: 'succeeded', outputs: { model: { kind: 'model', ...made }, score: valueOutput(trees) } }
    }
    await deploy(client, delays(code))
    const { id } = await client.pipelines.run('delays')
    await workUntilIdle(client, script)
    await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 45_000 }).toBe('succeeded')
    return id
  }
  const first = await run('a', 2)
  await client.endpoints.apply(endpointSpecSchema.parse({ name: 'late', stable: 'delays@champion' }))
  return { ...started, runs: [first], run }
}

/** `from → to`, sorted, the run's id as RUN. */
const arrows = ({ edges }: LineageGraph, ...runs: readonly string[]): string[] =>
  edges
    .map(({ from, to }) => runs.reduce((text, id, i) => text.replaceAll(id, `RUN${i + 1}`), `${from} → ${to}`))
    .sort()

describe('lineage', () => {
  it('leads from the data to the endpoint, from whichever of them it is asked', async () => {
    const { client, runs } = await chain()
    const [id = ''] = runs
    const way = ['dataset birds@1 → run RUN1', 'model delays@1 → endpoint late', 'run RUN1 → model delays@1']
    for (const [kind, ref] of [
      ['endpoint', 'late'],
      ['model', 'delays@champion'],
      ['dataset', 'birds@latest'],
    ] as const) {
      const found = lineageGraphSchema.parse(await client.lineage({ kind, ref }))
      expect(arrows(found, id), kind).toEqual(expect.arrayContaining(way))
      expect(found.isCut).toBe(false)
    }
    const ofModel = await client.lineage({ kind: 'model', ref: 'delays@champion' })
    expect(arrows(ofModel, id)).toEqual(way)
    expect(ofModel.root).toMatchObject({ ref: 'delays@1', label: 'delays version 1' })
    expect(ofModel.nodes.find(({ kind }) => kind === 'run')?.label).toBe('delays #1')
    const ofRun = await client.lineage({ kind: 'run', ref: id })
    expect(arrows(ofRun, id)).toEqual(
      [...way, 'run RUN1 → artifact RUN1/split/test', 'run RUN1 → artifact RUN1/train/score'].sort(),
    )
  })

  it('of an artifact goes through the steps of its run', async () => {
    const { client, runs } = await chain()
    const [id = ''] = runs
    expect(arrows(await client.lineage({ kind: 'artifact', ref: `${id}/train/model` }), id)).toEqual([
      'artifact RUN1/split/train → artifact RUN1/train/model',
      'artifact RUN1/train/model → model delays@1',
      'dataset birds@1 → artifact RUN1/split/train',
      'dataset birds@1 → run RUN1',
      'model delays@1 → endpoint late',
      'run RUN1 → artifact RUN1/split/train',
      'run RUN1 → artifact RUN1/train/model',
    ])
    expect(arrows(await client.lineage({ kind: 'artifact', ref: `${id}/split/test` }), id)).toEqual([
      'dataset birds@1 → artifact RUN1/split/test',
      'dataset birds@1 → run RUN1',
      'run RUN1 → artifact RUN1/split/test',
    ])
  })

  it('knows where an output from the cache was made, and stays with what an endpoint serves now', async () => {
    const { client, runs, run } = await chain()
    const second = await run('b', 3)
    const found = await client.lineage({ kind: 'artifact', ref: `${second}/train/model` })
    expect(arrows(found, runs[0]!, second)).toEqual(
      expect.arrayContaining([
        'artifact RUN1/split/train → artifact RUN2/split/train',
        'artifact RUN2/split/train → artifact RUN2/train/model',
        'dataset birds@1 → artifact RUN1/split/train',
      ]),
    )
    await expect
      .poll(async () => arrows(await client.lineage({ kind: 'endpoint', ref: 'late' }), runs[0]!, second), {
        timeout: 45_000,
      })
      .toEqual(['dataset birds@1 → run RUN2', 'model delays@2 → endpoint late', 'run RUN2 → model delays@2'])
    expect(arrows(await client.lineage({ kind: 'model', ref: 'delays@1' }), runs[0]!, second)).toEqual([
      'dataset birds@1 → run RUN1',
      'run RUN1 → model delays@1',
    ])
    expect(
      arrows(await client.lineage({ kind: 'artifact', ref: `${runs[0]}/split/test` }), runs[0]!, second),
    ).toContain('artifact RUN1/split/test → artifact RUN2/split/test')
  })

  it('goes through catalogs: what was read from one, and what was saved to one', async () => {
    const { client, runs } = await chain()
    const entries = {
      raw: { kind: 'dataset', dataset: 'birds' },
      clean: { kind: 'dataset', dataset: 'clean-birds' },
    } as const
    const cleaning = graph('cleaning', [
      step('clean', {
        inputs: { rows: { from: 'catalog', name: 'raw' } },
        inputTypes: { rows: TABLE },
        outputs: { out: TABLE },
      }),
      step('save', {
        kind: 'save',
        cache: false,
        inputs: { value: from('clean') },
        inputTypes: { value: TABLE },
        outputs: {},
        save: 'clean',
      }),
    ])
    await deploy(client, { ...cleaning, catalog: entries })
    const { id } = await client.pipelines.run('cleaning')
    await workUntilIdle(client, ({ inputs }) => ({
      status: 'succeeded',
      outputs: { out: { ...inputs.rows!.artifacts[0]!, kind: 'table' } },
    }))
    await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 45_000 }).toBe('succeeded')
    expect(arrows(await client.lineage({ kind: 'dataset', ref: 'clean-birds@1' }), runs[0]!, id)).toEqual([
      'dataset birds@1 → run RUN2',
      'run RUN2 → dataset clean-birds@1',
    ])
    expect(arrows(await client.lineage({ kind: 'artifact', ref: `${id}/clean/out` }), runs[0]!, id)).toEqual([
      'artifact RUN2/clean/out → dataset clean-birds@1',
      'dataset birds@1 → artifact RUN2/clean/out',
      'dataset birds@1 → run RUN2',
      'run RUN2 → artifact RUN2/clean/out',
    ])
  })

  it('says that there is more than was asked for', async () => {
    const { client, runs } = await chain()
    const near = await client.lineage({ kind: 'endpoint', ref: 'late', depth: 1 })
    expect([near.nodes.length, near.isCut]).toEqual([2, true])
    const exact = await client.lineage({ kind: 'endpoint', ref: 'late', depth: 3 })
    expect([exact.nodes.length, exact.isCut]).toEqual([4, false])
    const few = await client.lineage({ kind: 'run', ref: runs[0]!, limit: 2 })
    expect([few.nodes.length, few.isCut]).toEqual([3, true])
  })

  it('says what there is not', async () => {
    const { client } = await chain()
    for (const [kind, ref] of [
      ['dataset', 'birds@9'],
      ['dataset', 'birds'],
      ['model', 'delays@nobody'],
      ['run', 'x'],
      ['artifact', 'x/y/z'],
      ['endpoint', 'none'],
    ])
      await expect(client.lineage({ kind: kind!, ref: ref! })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.lineage({ kind: 'step', ref: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('goes through runs that people logged, and versions that came of them', async () => {
    const { client, projectDir, server } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), 'name,mass\nAda,4000\nBob,3500\n')
    await client.datasets.ingest('birds', { path: 'birds.csv' })
    const { id } = await client.tracking.create({ name: 'by hand' })
    const { runs } = server.services.tracking
    const dataset = { name: 'what I read', digest: 'abc', sourceType: 'regia', tags: {} }
    await runs.log(id, { datasets: [{ ...dataset, source: JSON.stringify({ dataset: 'birds', version: 1 }) }] })
    await runs.log(id, { datasets: [{ ...dataset, name: 'other', sourceType: 'local', source: 'no json' }] })
    await client.models.create({ name: 'a/b' })
    await client.models.registerVersion('a/b', { runId: id, path: 'model' })
    const graphOfRun = await client.lineage({ kind: 'run', ref: id })
    expect(graphOfRun.root).toMatchObject({ label: 'by hand' })
    expect(arrows(graphOfRun, id)).toEqual(['dataset birds@1 → run RUN1', 'run RUN1 → model a/b@1'])
    expect(arrows(await client.lineage({ kind: 'dataset', ref: 'birds@1' }), id)).toEqual(arrows(graphOfRun, id))
    expect(arrows(await client.lineage({ kind: 'model', ref: 'a/b@1' }), id)).toEqual(arrows(graphOfRun, id))
    await client.models.update('a/b', { name: 'c' })
    expect(arrows(await client.lineage({ kind: 'run', ref: id }), id)).toContain('run RUN1 → model c@1')
    await client.tracking.delete(id)
    const told = await client.lineage({ kind: 'model', ref: 'c@1' })
    expect(arrows(told, id)).toEqual(['dataset birds@1 → run RUN1', 'run RUN1 → model c@1'])
    expect(told.nodes.map(({ label }) => label)).toContain('by hand (deleted)')
    await client.models.deleteVersion('c', 1)
    await expect(client.lineage({ kind: 'run', ref: id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await client.tracking.restore(id)
    expect(arrows(await client.lineage({ kind: 'run', ref: id }), id)).toEqual(['dataset birds@1 → run RUN1'])
    await expect(client.lineage({ kind: 'model', ref: 'c@1' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
