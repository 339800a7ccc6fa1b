import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The lines of a program that the compiler refuses, with what it says of each. */
async function compile(program: string): Promise<ReadonlyMap<number, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'regia-types-'))
  try {
    await writeFile(join(folder, 'program.ts'), program)
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{
        target: 'es2024',
        module: 'preserve',
        lib: ['es2024'],
        skipLibCheck: true,
        allowImportingTsExtensions: true,
      },
      customConditions: ['source'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { regia: [join(ROOT, 'packages/regia/src/index.ts')] },
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    const output = await new Promise<string>((resolve) => {
      const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']
      execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => resolve(stdout))
    })
    const errors = [...output.matchAll(/^program\.ts\((\d+),\d+\): error (.*)$/gm)]
    return new Map(errors.map(([, line, text]) => [Number(line), text!]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const PROGRAM = `
import { dataset, file, gate, checks, list, model, pipeline, type Ref, register, registry, step, table, type TableHandle, when, z } from 'regia'

const make = step({
  name: 'make',
  in: { rows: table(), limit: z.number().int().default(10), kind: z.enum(['a', 'b']).optional() },
  out: { rows: table(), count: z.number(), picture: file('image/png'), isFine: z.boolean() },
  run: ({ rows, limit, kind }) => {
    const handle: TableHandle = rows
    const number: number = limit
    const letter: 'a' | 'b' | undefined = kind
    const text: string = limit // WRONG: a number is no text
    return { rows: handle, count: number, picture: 'a.png', isFine: letter === 'a' || text === '' }
  },
})
const use = step({
  name: 'use', in: { models: list(model()), name: z.string() }, out: { best: model() },
  run: ({ models }) => ({ best: models[0]! }),
})
step({ name: 'forgets', in: {}, out: { n: z.number() }, run: () => ({}) }) // WRONG: an output is missing
step({ name: 'confuses', in: {}, out: { n: z.number() }, run: () => ({ n: 'one' }) }) // WRONG: an output of another type
step({ name: 'names', in: {}, out: { names: z.array(z.string()), pair: z.tuple([z.string(), z.number()]) }, run: () => ({ names: ['a'], pair: ['a', 1] }) })
step({ name: 'nests', in: {}, out: { found: z.object({ names: z.array(z.string()) }) }, run: async () => ({ found: { names: ['a'] } }) })
step({ name: 'mixes', in: {}, out: { names: z.array(z.string()) }, run: () => ({ names: [1] }) }) // WRONG: items of another type
step({ name: 'quiet', in: {}, out: {}, run: async (_, { log }) => { log('done') } })
const suite = checks('suite', () => {})

pipeline('flow', { who: z.string(), limits: z.array(z.number()), flag: z.boolean() }, (p) => {
  const made = make({ rows: dataset('d', 3) })
  const again = make({ rows: made.rows, limit: made.count, kind: 'a' })
  const count: Ref<number> = again.count
  const champion = registry('m@champion')
  const sure = registry('m@champion', { optional: false })
  const { best } = use({ models: [sure, sure], name: p.who })
  const { passed, report } = gate(suite, { model: best, test: made.rows, previous: champion })
  when(passed, () => register('m', best, { report, alias: 'challenger' }))
  when(made.isFine, () => {})
  make({ rows: made.rows, limit: p.who }) // WRONG: a text where a number is taken
  make({ rows: best }) // WRONG: a model where a table is taken
  make({ rows: made.picture }) // WRONG: a file where a table is taken
  make({ rows: made.rows, limit: 'ten' }) // WRONG: a literal of another type
  make({ rows: made.rows, kind: 'c' }) // WRONG: a literal that the schema does not allow
  make({ rows: made.rows, limt: 3 }) // WRONG: an unknown input
  make({}) // WRONG: a missing input
  use({ models: best, name: 'x' }) // WRONG: one model where a list is taken
  use({ models: [made.rows], name: 'x' }) // WRONG: a table in a list of models
  use({ models: [champion], name: 'x' }) // WRONG: a model that may not exist
  made.cuont // WRONG: an unknown output
  p.whom // WRONG: an unknown parameter
  gate(suite, { model: made.rows, test: made.rows }) // WRONG: a gate of no model
  when(made.count, () => {}) // WRONG: a condition that is no boolean
  register('m', champion) // WRONG: the registration of a model that may not exist
  return count
})

const result = await make.run({ rows: await dataset as never, limit: 3, kind: undefined })
const handle: TableHandle = result.rows
const n: number = result.count
await make.run({ rows: handle, limit: 'three', kind: undefined }) // WRONG: run alone, a literal of another type
export { n }
`

const MORE = `
import { approve, atLeast, command, dataset, equals, field, file, folder, html, json, type ListRef, list, markdown, model, not, notebook, partitionsOf, pipeline, type Ref, register, registry, rowsOf, step, table, when, z } from 'regia'

const fit = step({
  name: 'fit', in: { rows: table(), depth: z.number(), seed: z.number().default(1) },
  out: { model: model(), auc: z.number(), note: markdown(), files: folder() },
  description: 'Fits', tags: ['slow'], env: { OMP_NUM_THREADS: '1' }, secrets: ['TOKEN'], infrastructureRetries: 3,
  backoff: { first: '1s', factor: 3, maximum: '1m' }, cache: { ttl: '1d' },
  run: ({ depth }, { dir }) => ({ model: undefined as never, auc: depth, note: { text: '# hi' }, files: dir }),
})
const only = step({ name: 'only', in: { depth: z.number() }, out: { next: z.number() }, run: ({ depth }) => ({ next: depth }) })
const best = step({
  name: 'best', in: { models: list(model()), scores: list(z.number()), all: z.array(z.number()), test: table() },
  out: { model: model(), auc: z.number() },
  run: ({ models, scores, all }) => ({ model: models[scores.indexOf(Math.max(...all))]!, auc: 1 }),
})
const read = step({ name: 'read', in: { files: folder() }, out: { page: html(), n: z.number() }, run: ({ files }) => ({ page: files.path, n: files.count }) })
step({ name: 'x', in: {}, out: { files: folder() }, run: () => ({ files: { text: '' } }) }) // WRONG: a folder is no text
const settle = step({ name: 'settle', in: {}, out: { settings: z.object({ word: z.string(), deep: z.object({ depth: z.number() }) }) }, run: () => ({ settings: { word: '', deep: { depth: 1 } } }) })
const python = command({
  name: 'python', in: { rows: table(), depth: z.number().default(3) }, out: { model: model(), scores: json(z.array(z.number())) },
  cmd: ['python3', 'fit.py', '{in.rows:csv}', '--depth={in.depth}', '{out.model}', '{out.scores}', '{"a": 1}', '{dir}'], files: ['fit.py'],
})
command({ name: 'c', in: { rows: table() }, cmd: ['cat', '{in.row}'] }) // WRONG: a placeholder of no input
command({ name: 'c', in: { rows: table() }, out: { n: table() }, cmd: ['cp', '{in.rows}', '{out.rows}'] }) // WRONG: a placeholder of no output
const shown = notebook({ name: 'shown', path: 'a.ipynb', in: { rows: table(), share: z.number() }, out: { summary: json(z.string()) } })

const prepare = pipeline('prepare', { name: z.string(), share: z.number().default(0.5) }, (p) => {
  const { summary, notebook: copy } = shown({ rows: dataset('d'), share: p.share })
  return { rows: dataset('d'), summary, copy }
})

pipeline('flow', { depths: z.array(z.number()), words: z.array(z.string()), mode: z.enum(['full', 'quick']) }, (p) => {
  const { rows, summary } = prepare({ name: 'x' })
  const text: Ref<string> = summary
  const fits = fit.map('depth', p.depths, { rows, seed: 4 }, { concurrency: 4, minimumSuccess: 0.8 })
  const models: ListRef<{ kind: 'model' }> = fits.model
  const again = fit.map('depth', fits.auc, { rows })
  const byRow = fit.map('rows', rowsOf(rows, { size: 10 }), { depth: 3 })
  const byPart = fit.map('rows', partitionsOf(rows, { column: 'a' }), { depth: 3 })
  const listed = fit.map('rows', [rows, rows], { depth: 3 })
  only.map('depth', [1, 2, p.depths as never as Ref<number>])
  const chosen = best({ models, scores: again.auc, all: fits.auc, test: rows })
  best({ models: [chosen.model], scores: p.depths, all: p.depths, test: rows })
  read.map('files', byRow.files)
  const ran = python({ rows })
  const mapped = python.map('rows', rowsOf(rows, { size: 3 }))
  best({ models: mapped.model, scores: ran.scores, all: ran.scores, test: rows })
  const { approved, comment } = approve('Release?', { show: { rows, models: byPart.model }, approvers: ['a'], timeout: '1d' })
  when(approved, () => register('m', chosen.model))
  const said: Ref<string> = comment
  when(atLeast(chosen.auc, 0.8), () => when(not(approved), () => register('m', chosen.model)))
  const either = when(equals(p.mode, 'full'), () => fit({ rows, depth: 3 }), () => ({ model: registry('m@champion', { optional: false }) }))
  register('m', either.model)
  fit.map('depth', p.words, { rows }) // WRONG: texts where numbers are taken
  fit.map('depth', ['a'], { rows }) // WRONG: literals of another type
  fit.map('depth', chosen.auc, { rows }) // WRONG: one number where a list is taken
  fit.map('rows', rows, { depth: 3 }) // WRONG: a table that is not taken apart
  fit.map('rows', fits.model, { depth: 3 }) // WRONG: models where tables are taken
  fit.map('depth', p.depths) // WRONG: a missing input
  fit.map('depth', p.depths, { rows, depth: 3 }) // WRONG: the mapped input again
  fit.map('deep', p.depths, { rows }) // WRONG: an unknown input
  best.map('models', [models], { scores: [], all: [], test: rows }) // WRONG: a map over lists
  fit({ rows, depth: fits.auc }) // WRONG: a list where one number is taken
  register('m', fits.model) // WRONG: the registration of many models
  read({ files: fits.note }) // WRONG: many files where a folder is taken
  prepare({ nam: 'x' }) // WRONG: an unknown parameter
  prepare({ name: p.depths }) // WRONG: a list of numbers where a text is taken
  prepare({ name: 'x' }).row // WRONG: nothing that the pipeline gives
  shown({ rows, share: 'all' }) // WRONG: a literal of another type for a notebook
  when(equals(p.mode, 'fast'), () => {}) // WRONG: a comparison with what it cannot be
  when(atLeast(p.mode, 3), () => {}) // WRONG: a text compared with a number
  either.auc // WRONG: what only one arm gives
  const { settings } = settle({})
  const inner: Ref<number> = field(settings, 'deep', 'depth')
  fit({ rows, depth: field(settings, 'word') }) // WRONG: a text of an object where a number is taken
  field(settings, 'wrod') // WRONG: an unknown field
  field(settings, 'deep', 'word') // WRONG: an unknown field further inside
  fit({ rows: when(approved, () => ({ a: chosen.model }), () => ({ a: registry('m@champion') })).a, depth: 1 }) // WRONG: the model of either arm as a table
  return [text, said, listed, ran, inner]
})
export { file }
`

const CATALOG = `
import { catalog, command, cron, entry, file, json, list, model, onWebhook, pipeline, type Ref, schedule, step, table, z } from 'regia'

const Metrics = z.object({ auc: z.number() })
const c = catalog({
  raw: entry.csv({ path: 'raw.csv', schema: { columns: [{ name: 'id', type: 'int' }] } }),
  clean: entry.parquet({ path: 'clean.parquet' }),
  flights: entry.dataset('flights', { version: 3 }),
  regressor: entry.model('regressor'),
  metrics: entry.json({ path: 'metrics.json', schema: Metrics }),
  picture: entry.file({ path: 'a.png', mediaType: 'image/png' }),
  depth: entry.param(z.number().int(), 6),
  mode: entry.param(z.enum(['full', 'quick'])),
}, {
  environments: {
    prod: { raw: entry.jsonl({ path: 'https://example.org/raw.jsonl', credentials: { env: 'TOKEN' } }), depth: 12 },
    dev: { regressor: entry.model('small', { version: 'challenger' }) },
  },
})
catalog({ raw: entry.csv({ path: 'a' }) }, { environments: { prod: { raw: entry.json({ path: 'a' }) } } }) // WRONG: another kind in another environment
catalog({ raw: entry.csv({ path: 'a' }) }, { environments: { prod: { row: entry.csv({ path: 'a' }) } } }) // WRONG: an unknown name in an environment
catalog({ depth: entry.param(z.number()) }, { environments: { prod: { depth: 'deep' } } }) // WRONG: another default of another type
entry.param(z.number(), 'deep') // WRONG: a default of another type

const tidy = step({ name: 'tidy', in: { raw: table(), share: z.number().default(1) }, out: { rows: table(), count: z.number() }, run: ({ raw }) => ({ rows: raw, count: 1 }) })
const fit = step({ name: 'fit', in: { rows: table(), depth: z.number() }, out: { model: model() }, run: () => ({ model: undefined as never }) })
const judge = command({ name: 'judge', in: { model: model(), rows: table(), picture: file() }, out: { metrics: json(Metrics) }, cmd: ['judge', '{in.model}', '{out.metrics}'] })
const many = step({ name: 'many', in: { models: list(model()) }, out: {}, run: () => {} })

const flow = c.flow('science', [
  c.node(judge, { in: { model: 'regressor', rows: 'tested', picture: 'picture' }, out: { metrics: 'metrics' } }),
  c.node(fit, { in: { rows: 'clean', depth: 'depth' }, out: { model: 'regressor' } }, { tags: ['slow'] }),
  c.node(tidy, { in: { raw: 'raw' }, out: { rows: 'clean', count: 'count' } }),
  c.node(tidy, { in: { raw: 'clean', share: 'count' }, out: { rows: 'tested' } }, { name: 'take-test' }),
  c.node(many, { in: { models: ['regressor', 'regressor'] } }),
  c.node(tidy, { in: { raw: c.read('flights') } }),
])
c.flow('everything', [flow, c.node(fit, { in: { rows: 'tested', depth: 'depth' } })])
c.flow('unknown', [
  c.node(fit, { in: { rows: 'cleen', depth: 'depth' } }), // WRONG: a name that nothing makes
])
c.flow('misfit', [
  c.node(tidy, { in: { raw: 'raw' }, out: { count: 'counted' } }),
  c.node(fit, { in: { rows: 'counted', depth: 'depth' } }), // WRONG: a number where a table is taken
])
c.node(fit, { in: { rows: 'regressor', depth: 'depth' } }) // WRONG: a model where a table is taken
c.node(fit, { in: { rows: 'clean', depth: 'mode' } }) // WRONG: a text where a number is taken
c.node(fit, { in: { rows: 'clean' } }) // WRONG: a missing input
c.node(fit, { in: { rows: 'clean', depth: 'depth', dpeth: 'depth' } }) // WRONG: an unknown input
c.node(fit, { in: { rows: 'clean', depth: 'depth' }, out: { modle: 'regressor' } }) // WRONG: an unknown output
c.node(fit, { in: { rows: 'clean', depth: 'depth' }, out: { model: 'clean' } }) // WRONG: a model saved as a table
c.node(tidy, { in: { raw: 'raw' }, out: { count: 'depth' } }) // WRONG: a parameter that a node makes
c.node(many, { in: { models: ['regressor', 'clean'] } }) // WRONG: a table in a list of models
c.node(tidy, { in: { raw: c.read('regressor') } }) // WRONG: a ref to a model where a table is taken

const composed = pipeline('composed', { until: z.iso.date(), size: z.number().default(1) }, () => {
  const { model } = fit({ rows: c.read('raw'), depth: c.read('depth') })
  const metrics = judge({ model, rows: c.read('flights'), picture: c.read('picture') }).metrics
  c.save('metrics', metrics)
  c.save('regressor', model)
  const known: Ref<{ auc: number }> = c.read('metrics')
  c.read('rwa') // WRONG: an unknown name
  c.save('clean', model) // WRONG: a model where a table is kept
  c.save('depth', c.read('depth')) // WRONG: a parameter that is saved
  return known
})
schedule({ name: 'n', pipeline: composed, when: cron('0 2 * * *'), params: { until: '{date}', size: 3 } })
schedule({ name: 'n', pipeline: 'other', when: onWebhook(), params: { anything: 3 } })
schedule({ name: 'n', pipeline: composed, when: onWebhook(), params: { util: '{date}' } }) // WRONG: an unknown parameter
schedule({ name: 'n', pipeline: composed, when: onWebhook(), params: { size: [3] } }) // WRONG: a parameter of another type
`

const wrongLines = (program: string) =>
  program.split('\n').flatMap((text, index) => (text.includes('// WRONG') ? [index + 1] : []))

describe('wiring', () => {
  it('is checked by the compiler: what fits compiles, what does not does not', async () => {
    const errors = await compile(PROGRAM)
    const lines = wrongLines(PROGRAM)
    expect(lines.length).toBeGreaterThan(15)
    expect([...errors.keys()]).toEqual(lines)
    expect(errors.get(lines.at(-6)!)).toContain("Property 'cuont' does not exist")
  })

  it('of maps, conditions, commands, notebooks and pipelines in pipelines is checked too', async () => {
    const errors = await compile(MORE)
    expect([...errors.keys()]).toEqual(wrongLines(MORE))
    expect([...errors.values()].join('\n')).toContain('no input is named \\"row\\"')
  })
  it('by names of a catalog is checked too, in any order of the nodes', async () => {
    const errors = await compile(CATALOG)
    expect([...errors.keys()]).toEqual(wrongLines(CATALOG))
    const messages = [...errors.values()].join('\n')
    expect(messages).toContain('no node makes \\"cleen\\", and the catalog does not have it')
    expect(messages).toContain('\\"regressor\\" in the catalog is not what this input takes')
  })
})
