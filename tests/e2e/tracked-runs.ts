import { createGraphBuilder, encodeModel } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

export type Tracked = {
  readonly experiment: string
  /** The run that has everything: curves, children, files, a note. */
  readonly rich: string
  /** Of the sweep, in the order in which they were logged. */
  readonly runs: readonly string[]
}

const DEPTHS = [3, 5, 8]
const TREES = [10, 50, 100, 200]
const CURVE_STEPS = 60
const START_MS = Date.UTC(2026, 10, 20, 9)
export const LONG_NAME = `a run whose name is as long as names may be in this house: ${'very '.repeat(6)}long`

/** An experiment as people make them: a sweep over two params, one run with everything, children, and what went astray. */
export async function logRuns(api: RegiaClient, name: string): Promise<Tracked> {
  const { id: experiment } = await api.experiments.create({ name, note: '# Forests\n\nWhich depth is enough?' })
  const runs: string[] = []
  for (const [i, depth] of DEPTHS.entries()) {
    for (const [j, trees] of TREES.entries()) runs.push(await logSweepRun(api, name, depth, trees, i * 4 + j))
  }
  const rich = await logRichRun(api, name)
  return { experiment, rich, runs }
}

async function logSweepRun(api: RegiaClient, experiment: string, depth: number, trees: number, i: number) {
  const at = START_MS + i * 600_000
  const { id } = await api.tracking.create({
    experiment,
    name: i === 0 ? LONG_NAME : `forest ${depth}×${trees}`,
    user: i % 3 === 0 ? 'ada' : 'grace',
    startedAt: new Date(at).toISOString(),
  })
  const auc = 0.62 + 0.03 * Math.log(depth) + 0.015 * Math.log(trees)
  await api.tracking.log(id, {
    params: { depth: String(depth), trees: String(trees), criterion: i % 2 === 0 ? 'gini' : 'entropy' },
    metrics: Array.from({ length: CURVE_STEPS }, (_, step) => [
      { key: 'auc', value: auc - 0.2 * Math.exp(-step / 9), step, atMs: at + step * 500 },
      { key: 'loss', value: 0.7 * Math.exp(-step / (8 + depth)) + 0.1 / trees, step, atMs: at + step * 500 },
    ]).flat(),
    tags: { team: i % 2 === 0 ? 'ops' : 'research', ...(i === 3 && { baseline: 'true' }) },
  })
  await api.tracking.update(id, {
    status: i === 5 ? 'failed' : 'succeeded',
    finishedAt: new Date(at + 60_000 + i * 9_000).toISOString(),
  })
  return id
}

async function logRichRun(api: RegiaClient, experiment: string): Promise<string> {
  const at = START_MS + 8 * 3_600_000
  const { id } = await api.tracking.create({
    experiment,
    name: 'with everything',
    user: 'katherine',
    startedAt: new Date(at).toISOString(),
  })
  await api.tracking.log(id, {
    params: { depth: '8', trees: '400', criterion: 'gini', 'model/options.verbose': 'no <b>html</b> here' },
    metrics: [
      ...Array.from({ length: 200 }, (_, step) => ({
        key: 'auc',
        value: step === 77 ? ('NaN' as const) : 0.74 - 0.2 * Math.exp(-step / 20),
        step,
        atMs: at + step * 100,
      })),
      ...Array.from({ length: 50 }, (_, step) => ({
        key: 'system/cpu_utilization_percentage',
        value: 40 + 30 * Math.sin(step / 5),
        step,
        atMs: at + step * 1_000,
      })),
    ],
    tags: { 'git.commit': 'abcdef0123456789abcdef0123456789abcdef01', 'git.dirty': 'true' },
    datasets: [
      {
        name: 'adult',
        digest: '0f1e2d3c',
        sourceType: 'http',
        source: '{"url":"https://example.com/adult.csv"}',
        schema: '{"mlflow_colspec":[{"name":"age"},{"name":"income"}]}',
        profile: '{"num_rows":32561}',
        context: 'train',
        tags: {},
      },
    ],
  })
  await api.tracking.update(id, {
    note: '## What it shows\n\nMore trees **help**, slowly.\n\n<script>alert(1)</script>',
  })
  for (const fold of [1, 2, 3]) {
    const child = await api.tracking.create({ experiment, name: `fold ${fold}`, parentId: id })
    await api.tracking.log(child.id, { metrics: [{ key: 'auc', value: 0.7 + fold / 100, step: 0, atMs: at }] })
    await api.tracking.update(child.id, { status: 'succeeded' })
  }
  for (const [path, bytes] of files()) await api.tracking.writeFile(id, path, bytes)
  return id
}

// One transparent pixel.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A file of each kind that is shown. */
const files = (): readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] => [
  ['plots/pixel.png', Uint8Array.from(Buffer.from(PNG, 'base64'))],
  ['plots/report.html', '<h1>Report</h1><script>parent.document.title = "taken"</script>'],
  [
    'eval.csv',
    ['label,score', ...Array.from({ length: 300 }, (_, i) => `${i % 2},${(i / 300).toFixed(3)}`)].join('\n'),
  ],
  [
    'table.json',
    JSON.stringify({
      columns: ['city', 'count'],
      data: [
        ['Rome', 3],
        ['Oslo', 5],
      ],
    }),
  ],
  ['settings.json', JSON.stringify({ optimizer: { name: 'adam', betas: [0.9, 0.999] }, seed: 7 })],
  ['README.md', '# Read me\n\nA *note* among the files.'],
  ['train.py', 'print("hello")\n'],
  ['model/model.onnx', Uint8Array.from(logisticModel())],
  ['model/weights.bin', new Uint8Array([1, 2, 3])],
]

function logisticModel(): Uint8Array {
  const graph = createGraphBuilder('logistic')
  const x = graph.input('x', 'float', ['batch', 1])
  const scaled = graph.node('Mul', [x, graph.floats([0.5])])
  const shifted = graph.node('Add', [scaled, graph.floats([0.1])])
  graph.node('Sigmoid', [shifted], {}, { output: 'score' })
  graph.output('score', 'float', ['batch', 1])
  return encodeModel(graph.build())
}
