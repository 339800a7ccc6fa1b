import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './regia-command.ts'

/** A project with an environment of its own stack, made of kinds that the project brings. */
const FILES = {
  'regia.config.ts': `
import { defineConfig } from 'regia'
export default defineConfig({
  name: 'cities',
  environments: {
    prod: {
      stack: {
        home: '.regia-prod',
        executor: 'noting',
        cpu: 1,
        blobs: { kind: 'vault', settings: { folder: 'vault' } },
        database: { kind: 'sqlite', path: 'state/prod.db' },
        notifiers: ['pager'],
      },
    },
    tiny: { stack: { home: '.regia-tiny', executor: 'inProcess' } },
  },
  kinds: {
    stores: { vault: './kinds/vault.ts' },
    executors: { noting: './kinds/noting.ts' },
    notifiers: { file: './kinds/file-notifier.ts' },
    steps: { 'drop-column': './kinds/drop-column.ts' },
    transforms: { clip: './kinds/clip.ts' },
  },
})
`,
  'kinds/vault.ts': `
import { join } from 'node:path'
import { defineStore, z } from 'regia'
export default defineStore({
  settings: z.strictObject({ folder: z.string() }),
  open: (settings, { projectDir, folder }) => folder(join(projectDir, settings.folder)),
})
`,
  'kinds/noting.ts': `
import { appendFileSync } from 'node:fs'
import { defineExecutor } from 'regia'
export default defineExecutor((options, { inProcess }) => {
  const inner = inProcess(options)
  return {
    ...inner,
    run: (attempt) => {
      appendFileSync(new URL('attempts.txt', 'file://' + attempt.lease.projectDir + '/'), attempt.lease.step + '\\n')
      return inner.run(attempt)
    },
  }
})
`,
  'kinds/file-notifier.ts': `
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineNotifier, z } from 'regia'
export default defineNotifier({
  settings: z.strictObject({ file: z.string() }),
  send: ({ event, title }, { file }, { projectDir, environment }) =>
    appendFile(join(projectDir, file), event + ' in ' + environment + ': ' + title + '\\n'),
})
`,
  'kinds/drop-column.ts': `
import { defineStepType, step, table, withoutColumns, z } from 'regia'
export default defineStepType({
  name: 'drop-column',
  settings: z.strictObject({ column: z.string() }),
  make: ({ column }) =>
    step({
      name: 'drop-' + column,
      in: { rows: table() },
      out: { rows: table() },
      run: async ({ rows }) => ({ rows: withoutColumns(await rows.read(), [column]) }),
    }),
})
`,
  'kinds/clip.ts': `
import { defineTransform, floatColumn, getNumericColumn, z } from 'regia'
const shape = z.strictObject({ column: z.string(), maximum: z.number() })
export default defineTransform({
  kind: 'clip',
  title: 'Cut off above a maximum',
  params: shape,
  state: shape,
  inputs: ({ column }) => [column],
  fit: (_table, params) => params,
  fitted: ({ column, maximum }) => ({
    inputs: [column],
    outputs: [column],
    apply: (table) => {
      const { values } = getNumericColumn(table, column)
      return [floatColumn(Array.from(values, (x) => Math.fround(Math.min(x, Math.fround(maximum)))))]
    },
    toOnnx: (graph, [input]) => [{ type: 'number', value: graph.node('Min', [input.value, graph.floats(maximum)]) }],
  }),
})
`,
  'notifiers/pager.ts': `
import { notifier } from 'regia'
export const pager = notifier({
  name: 'pager', events: ['run-failed'], via: { kind: 'custom', type: 'file', settings: { file: 'told.txt' } },
})
export const chat = notifier({ name: 'chat', events: ['run-failed'], via: { kind: 'slack', url: { env: 'CHAT_URL' } } })
`,
  'pipelines/cities.ts': `
import { catalog, entry, step, table, z } from 'regia'
import dropColumn from '../kinds/drop-column.ts'

const count = step({
  name: 'count', in: { rows: table() }, out: { count: z.number() },
  run: ({ rows }) => ({ count: rows.rowCount * (rows.columns.length === 1 ? 1 : -1) }),
})
const drop = dropColumn({ column: 'id' })

const c = catalog(
  { cities: entry.csv({ path: 'data/cities.csv' }), kept: entry.dataset('kept'), count: entry.json({ path: 'out/count.json' }) },
  { environments: {
    prod: { cities: entry.csv({ path: 'data/prod.csv' }), count: entry.json({ path: 'out/prod.json' }) },
    tiny: { cities: entry.csv({ path: 'data/gone.csv' }) },
  } },
)
export default c.flow('cities', [
  c.node(count, { in: { rows: 'kept' }, out: { count: 'count' } }),
  c.node(drop, { in: { rows: 'cities' }, out: { rows: 'kept' } }),
])
`,
  'pipelines/failing.ts': `
import { pipeline, step } from 'regia'
const fail = step({ name: 'fail', in: {}, out: {}, run: () => { throw new Error('on purpose') } })
export default pipeline('failing', {}, () => { fail({}) })
`,
  'pipelines/named.yaml': `
pipeline: named
catalog:
  rows: { kind: table, format: csv, path: data/rows.csv }
steps:
  drop: { type: drop-column, settings: { column: id }, in: { rows: rows } }
  train:
    learner: logisticRegression
    transforms: [{ clip: { column: x, maximum: 5 } }]
    target: y
    in: { train: drop.rows }
  judge:
    gate: [predictsMoreThanOneClass, { auc: { atLeast: 0.6 } }]
    in: { model: train.model, test: drop.rows }
`,
  'data/cities.csv': 'id,city\n1,Oslo\n2,Rome\n',
  'data/prod.csv': 'id,city\n1,Oslo\n2,Rome\n3,Bern\n4,Kyiv\n',
  'data/rows.csv': `id,x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i / 4},${i > 12 + (i % 5) ? 'yes' : 'no'}`).join('\n')}\n`,
}

export async function stacksProject(): Promise<{ readonly dir: string; readonly remove: () => Promise<void> }> {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder.dir, name)), { recursive: true })
    await writeFile(join(folder.dir, name), text)
  }
  return folder
}
