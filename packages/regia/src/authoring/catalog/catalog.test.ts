import { type CatalogEntry, RegiaError, setDefinitionEnvironment } from '@regia/core'
import { afterEach, describe, expect, it } from 'vitest'
import { catalog, entry, file, json, list, model, pipeline, step, table, when, z } from '../index.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof RegiaError ? error.toBody() : error
  }
}
const here = expect.stringMatching(/catalog\.test\.ts:\d+$/)

const Metrics = z.object({ auc: z.number() })
const science = () =>
  catalog(
    {
      raw: entry.csv({ path: 'data/raw.csv', schema: { columns: [{ name: 'id', type: 'int' }] } }),
      clean: entry.parquet({ path: 'data/clean.parquet' }),
      regressor: entry.model('regressor'),
      metrics: entry.json({ path: 'metrics.json', schema: Metrics }),
      unused: entry.file({ path: 'a.png' }),
      depth: entry.param(z.number().int(), 6),
    },
    {
      environments: {
        prod: { raw: entry.parquet({ path: 'https://example.org/raw', credentials: { env: 'TOKEN' } }), depth: 12 },
      },
    },
  )

const prepare = step({
  name: 'prepare',
  in: { raw: table() },
  out: { rows: table(), count: z.number() },
  run: ({ raw }) => ({ rows: raw, count: 1 }),
})
const fit = step({
  name: 'fit',
  in: { rows: table(), depth: z.number() },
  out: { model: model() },
  tags: ['slow'],
  run: () => ({ model: undefined as never }),
})
const judge = step({
  name: 'judge',
  in: { models: list(model()), rows: table(), note: file() },
  out: { metrics: json(Metrics) },
  run: () => ({ metrics: { auc: 1 } }),
})

/** The trainer stands before what it needs. */
const nodes = (c: ReturnType<typeof science>) =>
  [
    c.node(fit, { in: { rows: 'clean', depth: 'depth' }, out: { model: 'regressor' } }, { tags: ['nightly'] }),
    c.node(prepare, { in: { raw: 'raw' }, out: { rows: 'clean' } }),
  ] as const

afterEach(() => setDefinitionEnvironment(undefined))

describe('a flow', () => {
  it('is sorted by names, reads what nobody makes and saves what the catalog has a place for', () => {
    const { graph, steps } = science().flow('science', nodes(science()))
    expect(graph.steps.map(({ id, kind, inputs }) => [id, kind, inputs])).toEqual([
      ['prepare', 'code', { raw: { from: 'catalog', name: 'raw' } }],
      [
        'fit',
        'code',
        { rows: { from: 'step', step: 'prepare', output: 'rows' }, depth: { from: 'param', name: 'depth' } },
      ],
      ['save-clean', 'save', { data: { from: 'step', step: 'prepare', output: 'rows' } }],
      ['save-regressor', 'register', { model: { from: 'step', step: 'fit', output: 'model' } }],
    ])
    expect(graph.steps[1]).toMatchObject({ tags: ['slow', 'nightly'], definedAt: here })
    expect(graph.steps[2]).toMatchObject({ save: 'clean', inputTypes: { data: { kind: 'table' } }, definedAt: here })
    expect(graph.steps[3]).toMatchObject({ register: { model: 'regressor', alias: 'champion' } })
    expect(graph.params).toEqual({ depth: { schema: expect.objectContaining({ type: 'integer' }), default: 6 } })
    expect(Object.keys(graph.catalog ?? {}).sort()).toEqual(['clean', 'raw', 'regressor'])
    expect(graph.steps.every((each) => !('entry' in each))).toBe(true)
    expect([...steps.keys()]).toEqual(['fit', 'prepare'])
  })

  it('takes the entries and defaults of the environment that it is read for', () => {
    setDefinitionEnvironment('prod')
    const { graph } = science().flow('science', nodes(science()))
    const raw: Partial<CatalogEntry> = { kind: 'table', format: 'parquet', credentials: { env: 'TOKEN' } }
    expect(graph.catalog).toMatchObject({ raw, clean: { path: 'data/clean.parquet' } })
    expect(graph.params).toMatchObject({ depth: { default: 12 } })
    setDefinitionEnvironment('elsewhere')
    expect(science().flow('science', nodes(science())).graph.catalog).toMatchObject({ raw: { format: 'csv' } })
  })

  it('may stand among the nodes of another one, which knows its data', () => {
    const c = science()
    const inner = c.flow('science', nodes(c), { tags: ['inner'] })
    const { graph } = c.flow('all', [
      c.node(judge, { in: { models: ['regressor'], rows: 'clean', note: 'unused' }, out: { metrics: 'metrics' } }),
      inner,
    ])
    expect(graph.steps.map(({ id, group }) => [id, group])).toEqual([
      ['science.prepare', 'science'],
      ['science.fit', 'science'],
      ['science.save-clean', 'science'],
      ['judge', undefined],
      ['science.save-regressor', 'science'],
      ['save-metrics', undefined],
    ])
    expect(inner.graph.steps.every(({ tags }) => tags?.includes('inner'))).toBe(true)
    expect(graph.steps.filter(({ tags }) => tags?.includes('inner')).map(({ id }) => id)).toEqual([
      'science.prepare',
      'science.fit',
      'science.save-clean',
      'science.save-regressor',
    ])
    expect(graph.steps[3]?.inputs.models).toEqual({
      from: 'list',
      items: [{ from: 'step', step: 'science.fit', output: 'model' }],
    })
  })

  it('may be called in a function, under a condition, and keeps its names to itself', () => {
    const c = science()
    const inner = c.flow('science', nodes(c))
    const { graph } = pipeline('p', { flag: z.boolean() }, (p) => {
      when(p.flag, () => inner({}))
      inner({})
    })
    expect(graph.steps.map(({ id, when: conditions = [] }) => [id, conditions.length])).toEqual([
      ['science.prepare', 1],
      ['science-2.prepare', 0],
      ['science.fit', 1],
      ['science.save-clean', 1],
      ['science-2.fit', 0],
      ['science-2.save-clean', 0],
      ['science.save-regressor', 1],
      ['science-2.save-regressor', 0],
    ])
    expect(graph.params).toMatchObject({ flag: {}, depth: { default: 6 } })
  })

  it('says with the line what does not fit, to authors without a compiler too', () => {
    const c = science()
    const node = (step: never, names: object) => c.node(step, names as never) as never
    const flow = (...given: readonly never[]) => errorOf(() => c.flow('f', given as never))
    const made = node(prepare as never, { in: { raw: 'raw' }, out: { rows: 'made', count: 'count' } })
    for (const [problem, error] of [
      [
        { code: 'STEP_INPUT_MISSING', message: 'Node "fit" takes "cleen", which no node makes.' },
        flow(node(fit as never, { in: { rows: 'cleen', depth: 'depth' } })),
      ],
      [
        { message: 'Input "rows" of step "fit" takes a table; got a value.' },
        flow(made, node(fit as never, { in: { rows: 'count', depth: 'depth' } })),
      ],
      [
        { message: 'Input "rows" of step "fit" takes a table; got a model.' },
        flow(node(fit as never, { in: { rows: 'regressor', depth: 'depth' } })),
      ],
      [
        { message: 'Step "fit" needs input "depth", which nothing is wired to.' },
        flow(node(fit as never, { in: { rows: 'clean' } })),
      ],
      [
        { message: 'Step "fit" has no output "modle".' },
        flow(node(fit as never, { in: { rows: 'clean', depth: 'depth' }, out: { modle: 'm' } })),
      ],
      [
        { message: expect.stringContaining('"depth" is a parameter') },
        flow(node(prepare as never, { in: { raw: 'raw' }, out: { count: 'depth' } })),
      ],
      [
        { message: 'Input "data" of step "save-clean" takes a table; got a value.' },
        flow(node(prepare as never, { in: { raw: 'raw' }, out: { count: 'clean' } })),
      ],
      [
        { code: 'STEP_OUTPUT_DUPLICATE', message: '"made" is made by both "prepare" and "prepare-2".' },
        flow(made, made),
      ],
      [{ code: 'PIPELINE_CYCLE' }, flow(node(prepare as never, { in: { raw: 'clean' }, out: { rows: 'clean' } }))],
    ] as const) {
      expect(error).toMatchObject({ ...problem, where: here })
    }
  })
})

describe('a catalog', () => {
  it('is read and saved by pipelines of functions', () => {
    const c = science()
    const { graph } = pipeline('p', {}, () => {
      const { model: fitted } = fit({ rows: c.read('raw'), depth: c.read('depth') })
      c.save('regressor', fitted)
      c.save('metrics', judge({ models: [c.read('regressor')], rows: c.read('raw'), note: c.read('unused') }).metrics)
    })
    expect(graph.steps.map(({ id, kind, save }) => [id, kind, save])).toEqual([
      ['fit', 'code', undefined],
      ['judge', 'code', undefined],
      ['save-regressor', 'register', 'regressor'],
      ['save-metrics', 'save', 'metrics'],
    ])
    expect(Object.keys(graph.catalog ?? {}).sort()).toEqual(['metrics', 'raw', 'regressor', 'unused'])
    expect(graph.catalog?.metrics).toMatchObject({ kind: 'json', schema: { type: 'object' } })
  })

  it('refuses wrong entries, names and saves with the line', () => {
    const c = catalog({ pinned: entry.model('m', { version: 3 }), old: entry.dataset('d', { version: 1 }) })
    const fitted = () => fit({ rows: c.read('old'), depth: 1 })
    for (const [code, message, work] of [
      ['CONFIG_INVALID', '"a/b" cannot name data', () => catalog({ 'a/b': entry.csv({ path: 'a' }) })],
      ['CONFIG_INVALID', 'path', () => catalog({ a: entry.csv({ path: '' }) })],
      ['CONFIG_INVALID', 'is no entry', () => catalog({ a: 'data/a.csv' as never })],
      [
        'CONFIG_INVALID',
        'Environment "prod" of a catalog has "b"',
        () =>
          catalog(
            { a: entry.csv({ path: 'a' }) },
            { environments: { prod: { b: entry.csv({ path: 'b' }) } as never } },
          ),
      ],
      [
        'CONFIG_INVALID',
        'default of "a" of environment "prod"',
        () => catalog({ a: entry.param(z.number()) }, { environments: { prod: { a: 'x' as never } } }),
      ],
      ['CONFIG_INVALID', 'has no "b"', () => c.read('b' as never)],
      ['PIPELINE_INVALID', 'pins it to version 3', () => pipeline('p', {}, () => c.save('pinned', fitted().model))],
      ['PIPELINE_INVALID', 'pins it to version 1', () => pipeline('p', {}, () => c.save('old', c.read('old')))],
      [
        'PIPELINE_INVALID',
        '"save-old" was called outside',
        () => catalog({ old: entry.csv({ path: 'a' }) }).save('old', c.read('old')),
      ],
    ] as const) {
      expect(errorOf(work)).toMatchObject({ code, message: expect.stringContaining(message), where: here })
    }
    const twice = (isAlways: boolean) => () =>
      pipeline('p', { flag: z.boolean() }, (p) => {
        const rows = c.read('old')
        const save = () => science().save('clean', rows)
        if (isAlways) return [save(), save()]
        return when(p.flag, save, save)
      })
    expect(errorOf(twice(true))).toMatchObject({
      code: 'STEP_OUTPUT_DUPLICATE',
      message: '"clean" is made by both "save-clean" and "save-clean-2".',
      where: here,
    })
    expect(twice(false)().graph.steps).toHaveLength(2)
    const two = () =>
      pipeline('p', { depth: z.string() }, (p) => [p, fit({ rows: c.read('old'), depth: science().read('depth') })])
    expect(errorOf(two)).toMatchObject({ message: '"depth" means two things in this pipeline.', where: here })
  })
})
