/** A team that keeps its Python: scikit-learn trains, skl2onnx converts, a notebook reports. */
import { command, file, json, model, notebook, pipeline, step, table, z } from 'regia'

/** Whatever a test puts in its place. */
const source = step({
  name: 'source',
  in: {},
  out: { rows: table() },
  run: () => {
    throw new Error('a test gives these')
  },
})

const train = (name: string, kind: string) =>
  command({
    name,
    in: { rows: table(), kind: z.string().default(kind) },
    out: { model: model(), scores: table(), metrics: json(z.object({ accuracy: z.number() })) },
    cmd: [
      'python3',
      'train.py',
      '{in.kind}',
      '{in.rows}',
      '{out.model}',
      '{out.model:signature}',
      '{out.scores}',
      '{out.metrics}',
    ],
    files: ['train.py'],
    resources: { memoryMb: 1_000 },
  })

const report = notebook({
  name: 'report',
  path: 'report.ipynb',
  in: { rows: table(), threshold: z.number(), names: z.array(z.string()) },
  out: {
    summary: json(z.object({ rows: z.int(), above: z.int(), names: z.array(z.string()) })),
    plot: file('image/svg+xml'),
  },
  resources: { memoryMb: 1_000 },
})

const steps = [
  'tensor',
  'zipmap',
  'columns',
  'forest',
  'three',
  'regression',
  'reordered',
  'labels-only',
  'unsigned',
].map((kind) => train(kind, kind))
const failing = notebook({ name: 'failing', path: 'failing.ipynb', resources: { memoryMb: 1_000 } })
const bare = notebook({ name: 'bare', path: 'failing.ipynb', python: 'python3-without-packages' })

/** A Python that sees none of the installed packages. */
const unequipped = notebook({
  name: 'unequipped',
  path: 'failing.ipynb',
  python: './bare-python.sh',
  files: ['bare-python.sh'],
})

export default pipeline('python', {}, () => {
  const { rows } = source({})
  for (const each of steps) each({ rows })
  report({ rows, threshold: 500, names: ['a', "b's"] })
  failing({})
  bare({})
  unequipped({})
})
