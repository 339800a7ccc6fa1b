import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GraphStep, type StepManifest, type StepResult, stepResultSchema } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleEntry, discover, storeBundle } from '../bundling/index.ts'
import { StepChild } from './step-child.ts'

const PROJECT = `
import {
  checks, createRng, floatColumn, gate, gradientBoosting, list, makeTable, model, packageModel, passthrough, pipeline, register, registry,
  rocAuc, step, stringColumn, table, tabularModel, value, when, z,
} from 'regia'

const rows = (seed: string, count: number, isNoise: boolean) => {
  const rng = createRng(seed)
  const x = Array.from({ length: count }, () => rng.normal())
  const y = Array.from({ length: count }, () => rng.normal())
  const late = x.map((value, i) => (isNoise ? rng.next() < 0.4 : value + y[i]! * 0.3 + rng.normal() * 0.5 > 0.3) ? 'late' : 'in time')
  return makeTable({ x: floatColumn(x), y: floatColumn(y), late: stringColumn(late) })
}

export const make = step({
  name: 'make', in: { isNoise: z.boolean() }, out: { train: table(), test: table() },
  run: ({ isNoise }) => ({ train: rows('train', 2000, isNoise), test: rows('test', 1500, false) }),
})

export const train = step({
  name: 'train', in: { rows: table(), trees: z.number().int() }, out: { model: model() },
  run: async ({ rows: handle, trees }, { rng, progress }) => {
    const train = await handle.read()
    const fitted = tabularModel({ transforms: [passthrough(['x', 'y'])], learner: gradientBoosting({ trees }) })
      .fit(train, { target: 'late', positive: 'late', rng, onProgress: progress })
    return { model: packageModel(fitted, { train, trainedOn: { from: '2001-01-01', until: '2001-01-31' } }) }
  },
})

export const best = step({
  name: 'best', in: { candidates: list(model()), rows: table(), champion: model({ optional: true }) },
  out: { model: model(), auc: z.number(), championIsThere: value(z.boolean()) },
  run: async ({ candidates, rows, champion }) => {
    const table = await rows.read()
    const scored = await Promise.all(candidates.map(async (candidate) => ({
      candidate, auc: rocAuc(await candidate.scores(table), table, 'late', 'late'),
    })))
    scored.sort((a, b) => b.auc - a.auc)
    return { model: scored[0]!.candidate, auc: scored[0]!.auc, championIsThere: champion !== undefined }
  },
})

const good = checks('good', ({ model: judged, test, baseline, previous }) => {
  judged.predictsMoreThanOneClass()
  judged.on(test).auc().isAtLeast(0.8, { confidence: 0.95 })
  judged.on(test).auc().beats(baseline.majority(), previous).by(0.005)
})

export default pipeline('late', { isNoise: z.boolean().default(false) }, (p) => {
  const { train: trainRows, test } = make({ isNoise: p.isNoise })
  const small = train({ rows: trainRows, trees: 2 })
  const large = train({ rows: trainRows, trees: 40 })
  const champion = registry('late@champion')
  const chosen = best({ candidates: [small.model, large.model], rows: test, champion })
  const { passed, report } = gate(good, { model: chosen.model, test, previous: champion })
  when(passed, () => register('late', chosen.model, { report, alias: 'challenger' }))
})
`

let folder: string
let bundlePath: string
let steps: ReadonlyMap<string, GraphStep>
let child: StepChild

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regia-models-'))
  await writeFile(join(folder, 'late.ts'), PROJECT)
  const bundle = await bundleEntry('late.ts', folder)
  bundlePath = await storeBundle(bundle, folder)
  steps = new Map((await discover(bundle)).pipelines[0]!.steps.map((step) => [step.id, step]))
  child = new StepChild(512, Date.now)
})

afterAll(async () => {
  await child.stop(0)
  await rm(folder, { recursive: true, force: true })
})

type Outputs = Extract<StepResult, { status: 'succeeded' }>['outputs']
let count = 0

/** Runs a step of the graph in the child process, with outputs of others or values as its inputs. */
async function run(
  id: string,
  given: Readonly<Record<string, unknown>>,
): Promise<{ outputs: Outputs; lines: string[] }> {
  const step = steps.get(id)!
  const dir = await mkdtemp(join(folder, `${id}-`))
  const inputs = Object.entries(step.inputTypes).map(([name, type]) => {
    const items = [given[name]].flat().filter((item) => item !== undefined)
    const files = items.filter((item) => typeof item === 'object') as Outputs[string][]
    const artifacts = files.map(({ kind, path = '', rowCount, columns }) => ({
      artifact: { kind, digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1, rowCount, columns },
      path,
    }))
    return [
      name,
      { type, value: files.length > 0 ? undefined : given[name], artifacts, isList: Array.isArray(given[name]) },
    ]
  })
  const manifest: Omit<StepManifest, 'inputs' | 'runId' | 'stepRunId'> = {
    protocol: 1,
    step: id,
    stepName: step.name,
    kind: step.kind,
    attempt: ++count,
    bundlePath,
    projectDir: folder,
    outputs: step.outputs,
    checks: step.checks,
    outputDir: dir,
    resultPath: join(dir, 'result.json'),
    env: {},
    secrets: [],
    seed: 'seed',
    memoryMb: 512,
    cpu: 1,
  }
  const ids = { runId: 'run_0000000000aaaaaaaa', stepRunId: 'stp_0000000000aaaaaaaa' }
  const manifestPath = join(dir, 'manifest.json')
  await writeFile(manifestPath, JSON.stringify({ ...manifest, ...ids, inputs: Object.fromEntries(inputs) }))
  const lines: string[] = []
  await child.serve(manifestPath, {}, (event) => {
    if (event.type === 'log') lines.push(event.text)
  })
  const { readFile } = await import('node:fs/promises')
  const result = stepResultSchema.parse(JSON.parse(await readFile(manifest.resultPath, 'utf8')))
  if (result.status === 'failed') throw new Error(JSON.stringify(result.error, null, 2))
  return { outputs: result.outputs, lines }
}

describe('models', () => {
  it('are trained, packaged, compared, handed on and judged by a gate', async () => {
    const { outputs: made } = await run('make', { isNoise: false })
    const { outputs: small } = await run('train', { rows: made.train, trees: 2 })
    const { outputs: large } = await run('train-2', { rows: made.train, trees: 40 })
    const candidates = [small.model, large.model]
    const { outputs: chosen } = await run('best', { candidates, rows: made.test })
    expect(chosen.championIsThere?.value).toBe(false)
    expect(chosen.auc?.value).toBeGreaterThan(0.85)
    expect(candidates.map((candidate) => candidate?.path)).toContain(chosen.model?.path)

    const { outputs: judged, lines } = await run('gate', { model: chosen.model, test: made.test })
    expect(judged.passed).toEqual({ kind: 'value', value: true })
    expect(judged.report?.value).toMatchObject({
      passed: true,
      rowCount: 1500,
      parity: { rowCount: 1500 },
      metrics: { auc: { n: 1500, interval: { confidence: 0.95 } } },
      checks: [
        { kind: 'predictsMoreThanOneClass', status: 'passed' },
        { kind: 'metricAtLeast', status: 'passed' },
        { kind: 'beatsBaseline', status: 'passed' },
        { kind: 'parity', status: 'passed' },
      ],
    })
    expect(lines.length).toBe(3)

    const { outputs: again } = await run('gate', { model: small.model, test: made.test, previous: large.model })
    expect(again.passed?.value).toBe(false)
  })

  it('that learnt nothing do not pass', async () => {
    const { outputs: made } = await run('make', { isNoise: true })
    const { outputs: trained } = await run('train', { rows: made.train, trees: 10 })
    const { outputs: judged } = await run('gate', { model: trained.model, test: made.test })
    expect(judged.passed?.value).toBe(false)
  })
})
