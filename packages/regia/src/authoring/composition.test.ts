import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import {
  approve,
  atMost,
  dataset,
  equals,
  field,
  list,
  not,
  partitionsOf,
  pipeline,
  type Ref,
  register,
  registry,
  rowsOf,
  step,
  table,
  when,
  z,
} from './index.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof RegiaError ? error.toBody() : error
  }
}
const here = expect.stringMatching(/composition\.test\.ts:\d+$/)

const load = step({
  name: 'load',
  in: { share: z.number().default(1) },
  out: { rows: table() },
  run: () => ({ rows: [] }),
})
const clean = step({ name: 'clean', in: { rows: table() }, out: { rows: table() }, run: ({ rows }) => ({ rows }) })
const score = step({
  name: 'score',
  in: { rows: table(), depth: z.number() },
  out: { auc: z.number(), isGood: z.boolean(), rows: table() },
  run: ({ rows, depth }) => ({ auc: depth, isGood: true, rows }),
})
const pick = step({
  name: 'pick',
  in: { aucs: list(z.number()), tables: list(table()) },
  out: { best: z.number() },
  run: ({ aucs }) => ({ best: Math.max(...aucs) }),
})

describe('map', () => {
  it('takes a parameter, an array, what another map made and a table in pieces', () => {
    const { graph } = pipeline('p', { depths: z.array(z.number()) }, (p) => {
      const { rows } = load({})
      const first = score.map('depth', p.depths, { rows }, { concurrency: 4, minimumSuccess: 0.8 })
      const second = score.map('depth', first.auc, { rows })
      score.map('depth', [1, 2], { rows })
      score.map('rows', rowsOf(rows, { size: 100 }), { depth: 1 })
      clean.map('rows', partitionsOf(rows, { column: 'carrier' }))
      pick({ aucs: second.auc, tables: second.rows })
    })
    expect(graph.steps.map(({ id, map, inputs }) => [id, map, map && inputs[map.input]])).toEqual([
      ['load', undefined, undefined],
      [
        'score',
        { input: 'depth', by: { kind: 'items' }, concurrency: 4, minimumSuccess: 0.8 },
        { from: 'param', name: 'depths' },
      ],
      [
        'score-3',
        { input: 'depth', by: { kind: 'items' } },
        {
          from: 'list',
          items: [
            { from: 'value', value: 1 },
            { from: 'value', value: 2 },
          ],
        },
      ],
      ['score-4', { input: 'rows', by: { kind: 'rows', size: 100 } }, { from: 'step', step: 'load', output: 'rows' }],
      [
        'clean',
        { input: 'rows', by: { kind: 'partitions', column: 'carrier' } },
        { from: 'step', step: 'load', output: 'rows' },
      ],
      ['score-2', { input: 'depth', by: { kind: 'items' } }, { from: 'step', step: 'score', output: 'auc' }],
      ['pick', undefined, undefined],
    ])
  })

  it('says with the line what cannot be mapped', () => {
    const wrong = (describe: (rows: Ref<never>, many: Ref<never>) => unknown) =>
      errorOf(() =>
        pipeline('p', { word: z.string(), words: z.array(z.string()) }, (p) => {
          const { rows } = load({})
          // The compiler would refuse all of it; authors of plain JavaScript have none.
          const refs = { rows, many: clean.map('rows', rowsOf(rows, { size: 1 })).rows, ...p } as never
          return describe(refs, refs)
        }),
      )
    const any = (refs: unknown) => refs as { readonly [name: string]: never }
    for (const [message, work] of [
      ['takes a list of tables; got one table', (refs) => clean.map('rows', any(refs).rows!)],
      ['takes one table; got the list that mapped step "clean" makes', (refs) => clean({ rows: any(refs).many! })],
      ['takes a list of tables; got one table', (refs) => pick({ aucs: [], tables: any(refs).rows! })],
      ['takes a list; got one value (string)', (refs) => pick({ aucs: any(refs).word!, tables: [] })],
      [
        'takes a value of type number; got one of type string',
        (refs) => score.map('depth', any(refs).words!, { rows: any(refs).rows! }),
      ],
      ['does not take "a"', (refs) => score.map('depth', ['a' as never], { rows: any(refs).rows! })],
      ['concurrency is 0', (refs) => score.map('depth', [1], { rows: any(refs).rows! }, { concurrency: 0 })],
      ['size is 0.5', (refs) => clean.map('rows', rowsOf(any(refs).rows!, { size: 0.5 }))],
      ['minimumSuccess is 80', (refs) => score.map('depth', [1], { rows: any(refs).rows! }, { minimumSuccess: 80 })],
    ] as const satisfies readonly (readonly [string, (refs: Ref<never>) => unknown])[]) {
      expect(wrong(work)).toMatchObject({
        code: 'PIPELINE_INVALID',
        message: expect.stringContaining(message),
        where: here,
      })
    }
  })
})

describe('when', () => {
  it('gives whichever arm ran, with what is there in any case last', () => {
    const { graph } = pipeline('p', { mode: z.enum(['full', 'quick']) }, (p) => {
      const whole = load({})
      const { rows } = when(
        equals(p.mode, 'full'),
        () => clean({ rows: whole.rows }),
        () => load({ share: 0.1 }),
      )
      clean({ rows })
      const known = when(
        not(equals(p.mode, 'full')),
        () => ({ rows: whole.rows }),
        () => clean({ rows: whole.rows }),
      )
      clean({ rows: known.rows })
    })
    const made = (id: string) => ({ from: 'step', step: id, output: 'rows' })
    const byId = Object.fromEntries(graph.steps.map((each) => [each.id, each]))
    const mode = (is: string) => [{ ref: { from: 'param', name: 'mode' }, is, value: 'full' }]
    expect(byId.clean?.when).toEqual(mode('equal'))
    expect(byId['load-2']?.when).toEqual(mode('not-equal'))
    expect(byId['clean-2']?.inputs.rows).toEqual({ from: 'either', items: [made('clean'), made('load-2')] })
    expect(byId['clean-3']?.when).toEqual(mode('equal'))
    expect(byId['clean-4']?.inputs.rows).toEqual({ from: 'either', items: [made('clean-3'), made('load')] })
  })

  it('refuses arms that leave nothing to choose, and conditions that are none', () => {
    const choose = () =>
      pipeline('p', { flag: z.boolean() }, (p) => {
        const { rows } = load({})
        return when(
          p.flag,
          () => rows,
          () => rows,
        )
      })
    expect(errorOf(choose)).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining('Both arms'),
      where: here,
    })
    expect(errorOf(() => pipeline('p', {}, () => when(true as never, () => load({}))))).toMatchObject({
      message: expect.stringContaining('got boolean'),
    })
    for (const [value, got] of [
      [registry('m@a'), 'another ref'],
      [Number.NaN, 'NaN'],
      [[1], 'an object'],
    ] as const) {
      expect(
        errorOf(() => pipeline('p', { n: z.number() }, (p) => when(equals(p.n, value as never), () => load({})))),
      ).toMatchObject({
        code: 'PIPELINE_INVALID',
        message: expect.stringContaining(`got ${got}`),
      })
    }
    expect(errorOf(() => when(registry('m@a') as never, () => 1))).toMatchObject({
      message: '"when" was called outside a pipeline.',
      where: here,
    })
  })
})

describe('approve', () => {
  it('shows what it is given, of whatever kind', () => {
    const { graph } = pipeline('p', {}, () => {
      const scored = score({ rows: load({}).rows, depth: 1 })
      const champion = registry('m@champion', { optional: false })
      const { approved, comment } = approve('Release?', {
        show: { rows: scored.rows, auc: scored.auc, champion },
        approvers: ['ada'],
        timeout: '2d',
      })
      when(approved, () => register('m', champion))
      when(equals(comment, 'again'), () => load({}))
    })
    const asked = graph.steps.find(({ kind }) => kind === 'approve')
    expect(asked).toMatchObject({
      id: 'approve',
      inputs: { rows: { from: 'step', step: 'score', output: 'rows' } },
      inputTypes: {
        rows: { kind: 'table' },
        auc: { kind: 'value', schema: { type: 'number' } },
        champion: { kind: 'model' },
      },
      outputs: { approved: { kind: 'value', schema: { type: 'boolean' } } },
      approval: { question: 'Release?', approvers: ['ada'], timeoutMs: 172_800_000 },
      cache: false,
    })
    expect(errorOf(() => pipeline('p', {}, () => approve('', {})))).toMatchObject({
      message: expect.stringContaining('question'),
      where: here,
    })
  })
})

describe('a pipeline inside another one', () => {
  const prepare = pipeline(
    'prepare',
    { share: z.number().default(0.5) },
    (p) => ({ rows: clean({ rows: load({ share: p.share }).rows }).rows }),
    { tags: ['data'] },
  )

  it('is a group of its steps, as often as it is called and as deep', () => {
    const twice = pipeline('twice', {}, () => [prepare({}), prepare({ share: 0.2 })])
    const { graph, steps } = pipeline('p', { share: z.number() }, (p) => {
      const { rows } = prepare({ share: p.share })
      clean({ rows })
      twice({})
    })
    expect(graph.steps.map(({ id, group, tags }) => [id, group, tags])).toEqual([
      ['prepare.load', 'prepare', ['data']],
      ['twice.prepare.load', 'twice.prepare', ['data']],
      ['twice.prepare-2.load', 'twice.prepare-2', ['data']],
      ['prepare.clean', 'prepare', ['data']],
      ['twice.prepare.clean', 'twice.prepare', ['data']],
      ['twice.prepare-2.clean', 'twice.prepare-2', ['data']],
      ['clean', undefined, []],
    ])
    const shares = graph.steps.filter(({ name }) => name === 'load').map(({ inputs }) => inputs.share)
    expect(shares).toEqual([
      { from: 'param', name: 'share' },
      { from: 'value', value: 0.5 },
      { from: 'value', value: 0.2 },
    ])
    expect([...steps.keys()]).toEqual(['load', 'clean'])
    expect(graph.steps[0]!.definedAt).toMatch(/composition\.test\.ts:\d+$/)
  })

  it('stays a pipeline of its own, and says which parameter is wrong', () => {
    expect(prepare.graph.steps.map(({ id }) => id)).toEqual(['load', 'clean'])
    const wrong = { sahre: 1 } as never
    expect(errorOf(() => pipeline('p', {}, () => prepare(wrong)))).toMatchObject({
      message: 'Pipeline "prepare" has no parameter "sahre".',
      where: here,
    })
    expect(errorOf(() => pipeline('p', {}, () => prepare({ share: 'x' as never })))).toMatchObject({ where: here })
    expect(errorOf(() => prepare({}))).toMatchObject({ message: '"prepare" was called outside a pipeline.' })
  })
})

describe('field', () => {
  const Metrics = z.object({ test: z.object({ auc: z.number() }), word: z.string() })
  const judge = step({
    name: 'judge',
    in: { rows: table() },
    out: { metrics: Metrics, loose: z.record(z.string(), z.number()) },
    run: () => ({ metrics: { test: { auc: 1 }, word: '' }, loose: {} }),
  })

  it('leads into values, parameters and both arms of a condition', () => {
    const { graph } = pipeline('p', { settings: z.object({ depth: z.number() }) }, (p) => {
      const { rows } = load({})
      const { metrics, loose } = judge({ rows })
      const depth = field(p.settings, 'depth')
      when(atMost(field(metrics, 'test', 'auc'), 0.5), () => score({ rows, depth }))
      const arms = when(
        equals(depth, 3),
        () => judge({ rows }),
        () => judge({ rows }),
      )
      score({ rows, depth: field(field(arms.metrics, 'test'), 'auc') })
      score({ rows, depth: field(loose, 'anything') })
    })
    const auc = (id: string) => ({ from: 'step', step: id, output: 'metrics', path: ['test', 'auc'] })
    const scores = graph.steps.filter(({ name }) => name === 'score')
    expect(scores.map(({ inputs }) => inputs.depth)).toEqual([
      { from: 'param', name: 'settings', path: ['depth'] },
      { from: 'step', step: 'judge', output: 'loose', path: ['anything'] },
      { from: 'either', items: [auc('judge-2'), auc('judge-3')] },
    ])
    expect(scores[0]?.when).toEqual([{ ref: auc('judge'), is: 'at-most', value: 0.5 }])
  })

  it('is refused with the line where there is none', () => {
    const wrong = (work: (refs: { rows: never; metrics: never; many: never; data: never }) => unknown) =>
      errorOf(() =>
        pipeline('p', {}, () => {
          const { rows } = load({})
          const many = judge.map('rows', [rows]).metrics
          // The compiler would refuse all of it; authors of plain JavaScript have none.
          return work({ rows, metrics: judge({ rows }).metrics, many, data: dataset('d') } as never)
        }),
      )
    for (const [message, work] of [
      [
        'which the value of "judge-2" does not have',
        ({ rows, metrics }) => score({ rows, depth: field(metrics, 'acu' as never) }),
      ],
      [
        'which the value of "judge-2" does not have',
        ({ rows, metrics }) => score({ rows, depth: field(metrics, 'word' as never, 'x' as never) }),
      ],
      [
        'takes a value of type number; got one of type string',
        ({ rows, metrics }) => score({ rows, depth: field(metrics, 'word' as never) }),
      ],
      ['which the table does not have', ({ rows }) => score({ rows, depth: field(rows, 'kind' as never) })],
      [
        'which the list that "judge" makes does not have',
        ({ rows, many }) => score({ rows, depth: field(many, 'word' as never) }),
      ],
      ['A dataset has no field "x"', ({ rows, data }) => score({ rows, depth: field(data, 'x' as never) })],
    ] as const satisfies readonly (readonly [
      string,
      (refs: { rows: never; metrics: never; many: never; data: never }) => unknown,
    ])[]) {
      expect(wrong(work)).toMatchObject({
        code: 'PIPELINE_INVALID',
        message: expect.stringContaining(message),
        where: here,
      })
    }
  })
})

describe('conditions', () => {
  it('have opposites', () => {
    const { graph } = pipeline('p', { n: z.number() }, (p) => {
      when(
        atMost(p.n, 3),
        () => load({}),
        () => load({}),
      )
    })
    expect(graph.steps.map(({ when: [condition] = [] }) => condition?.is)).toEqual(['at-most', 'greater'])
  })
})
