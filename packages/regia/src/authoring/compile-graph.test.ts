import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { compileGraph, type GraphNode } from './compile-graph.ts'
import { pipeline, register, registry, step, table, when, z } from './index.ts'

const number = { kind: 'value', schema: { type: 'number' } } as const

/** A node of a catalog: names of the data that it needs and makes. */
const node = (
  id: string,
  needs: readonly string[],
  makes: readonly string[],
  more: Partial<GraphNode> = {},
): GraphNode => ({
  id,
  name: id,
  kind: 'code',
  inputs: Object.fromEntries(needs.map((name) => [name, { from: 'data', name }])),
  inputTypes: Object.fromEntries(needs.map((name) => [name, number])),
  optionalInputs: [],
  outputs: Object.fromEntries(makes.map((name) => [name, number])),
  produces: Object.fromEntries(makes.map((name) => [name, name])),
  cache: true,
  retries: 0,
  timeoutMs: 1000,
  cpu: 1,
  memoryMb: 256,
  definedAt: `pipeline.ts:${id.length}`,
  ...more,
})

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof RegiaError ? error.toBody() : error
  }
}

describe('compileGraph', () => {
  it('sorts nodes by need, in whatever order they were written', () => {
    const nodes = [
      node('report', ['model', 'test'], ['report']),
      node('train', ['rows'], ['model']),
      node('load', [], ['raw']),
      node('split', ['raw'], ['rows', 'test']),
    ]
    expect(compileGraph(nodes).map(({ id }) => id)).toEqual(['load', 'split', 'train', 'report'])
    expect(compileGraph(nodes.toReversed()).map(({ id }) => id)).toEqual(['load', 'split', 'train', 'report'])
    expect(compileGraph(nodes).find(({ id }) => id === 'report')?.inputs).toEqual({
      model: { from: 'step', step: 'train', output: 'model' },
      test: { from: 'step', step: 'split', output: 'test' },
    })
  })

  it('names the steps of a circle', () => {
    const nodes = [node('a', ['z'], ['x']), node('b', ['x'], ['y']), node('c', ['y'], ['z']), node('free', [], ['w'])]
    expect(errorOf(() => compileGraph(nodes))).toMatchObject({
      code: 'PIPELINE_CYCLE',
      message: 'Steps wait for each other in a circle: "a" → "b" → "c" → "a".',
      where: 'pipeline.ts:1',
      data: { steps: ['a', 'b', 'c', 'a'] },
    })
    expect(errorOf(() => compileGraph([node('self', ['x'], ['x'])]))).toMatchObject({
      code: 'PIPELINE_CYCLE',
      message: 'Steps wait for each other in a circle: "self" → "self".',
    })
  })

  it('names both producers of one output', () => {
    expect(errorOf(() => compileGraph([node('a', [], ['x']), node('bb', [], ['x'])]))).toMatchObject({
      code: 'STEP_OUTPUT_DUPLICATE',
      message: '"x" is made by both "a" and "bb".',
      where: 'pipeline.ts:2',
      hint: expect.stringContaining('pipeline.ts:1'),
    })
  })

  it('names what nobody makes, what is not wired and what is not an input', () => {
    expect(errorOf(() => compileGraph([node('a', ['x'], ['y'])]))).toMatchObject({
      code: 'STEP_INPUT_MISSING',
      message: 'Input "x" of step "a" needs "x", which no step makes.',
      hint: 'Made are: y.',
    })
    expect(errorOf(() => compileGraph([node('a', ['x'], [], { inputs: {} })]))).toMatchObject({
      code: 'STEP_INPUT_MISSING',
      message: 'Step "a" needs input "x", which nothing is wired to.',
    })
    expect(compileGraph([node('a', ['x'], [], { inputs: {}, optionalInputs: ['x'] })])).toHaveLength(1)
    const extra = { inputs: { q: { from: 'value', value: 1 } } } as const
    expect(errorOf(() => compileGraph([node('a', [], ['x'], extra)]))).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: 'Step "a" has no input "q".',
    })
  })

  it('refuses another kind, and tables whose columns do not fit', () => {
    const column = (name: string, type: 'int' | 'string') => ({ name, type, nullable: false })
    const typed = (...columns: readonly ReturnType<typeof column>[]) => ({
      kind: 'table' as const,
      schema: { columns: [...columns], strict: true },
    })
    const graph = (given: GraphNode['outputs'][string], wanted: GraphNode['outputs'][string]) => () =>
      compileGraph([
        node('a', [], ['t'], { outputs: { t: given } }),
        node('b', ['t'], [], { inputTypes: { t: wanted } }),
      ])
    const whole = typed(column('id', 'int'), column('name', 'string'))
    expect(graph(whole, typed(column('id', 'int')))()).toHaveLength(2)
    expect(errorOf(graph({ kind: 'model' }, whole))).toMatchObject({
      message: 'Input "t" of step "b" takes a table; got a model.',
    })
    expect(errorOf(graph(whole, typed(column('id', 'string'))))).toMatchObject({
      message: 'Input "t" of step "b" needs column "id" (string); it comes as int.',
    })
    expect(errorOf(graph(whole, typed(column('age', 'int'))))).toMatchObject({
      message: 'Input "t" of step "b" needs column "age" (int); it does not come.',
    })
  })

  it('compiles 10,000 nodes, a circle of as many included, within a second of CPU', () => {
    const chain = (first: readonly string[]) =>
      Array.from({ length: 10_000 }, (_, i) => node(`n${i}`, i === 0 ? first : [`d${i - 1}`], [`d${i}`]))
    // CPU time, since a busy machine lengthens the other kind.
    const before = process.cpuUsage()
    expect(compileGraph(chain([]).toReversed())[9999]?.id).toBe('n9999')
    expect(errorOf(() => compileGraph(chain(['d9999'])))).toMatchObject({ code: 'PIPELINE_CYCLE' })
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
  })
})

describe('pipeline', () => {
  const one = step({
    name: 'one',
    in: { n: z.number().default(1) },
    out: { n: z.number(), ok: z.boolean() },
    run: ({ n }) => ({ n, ok: true }),
  })

  it('numbers a step that is used again and says where it was called', () => {
    const { graph } = pipeline('p', {}, () => {
      one({ n: one({ n: one({}).n }).n })
    })
    expect(graph.steps.map(({ id, name }) => [id, name])).toEqual([
      ['one', 'one'],
      ['one-2', 'one'],
      ['one-3', 'one'],
    ])
    expect(graph.steps[0]!.definedAt).toMatch(/compile-graph\.test\.ts:\d+$/)
    expect(graph.steps[0]!.inputTypes).toEqual({
      n: { kind: 'value', schema: expect.objectContaining({ type: 'number' }), default: 1 },
    })
  })

  it('puts conditions on steps; one inside another adds to it', () => {
    const { graph } = pipeline('p', {}, () => {
      const first = one({})
      when(first.ok, () => {
        const second = one({})
        when(second.ok, () => register('m', registry('other@champion', { optional: false })))
      })
    })
    const isTrue = (step: string) => ({ ref: { from: 'step', step, output: 'ok' }, is: 'equal', value: true })
    expect(graph.steps.map(({ id, when: condition }) => [id, condition])).toEqual([
      ['one', undefined],
      ['one-2', [isTrue('one')]],
      ['register', [isTrue('one'), isTrue('one-2')]],
    ])
  })

  it('explains a ref that is used as a value', () => {
    const misuse = () =>
      pipeline('p', {}, () => {
        const { n } = one({})
        one({ n: Number(n) + 1 })
      })
    expect(errorOf(misuse)).toMatchObject({ code: 'PIPELINE_INVALID', hint: expect.stringContaining('Wire the ref') })
    expect(errorOf(() => pipeline('p', {}, () => JSON.stringify(one({}))))).toMatchObject({ code: 'PIPELINE_INVALID' })
  })

  it('refuses steps outside of a pipeline, two steps of one name and asynchronous functions', () => {
    expect(errorOf(() => one({}))).toMatchObject({
      code: 'PIPELINE_INVALID',
      hint: expect.stringContaining('step.run'),
    })
    const other = step({ name: 'one', in: {}, out: { t: table() }, run: () => ({ t: [] }) })
    expect(errorOf(() => pipeline('p', {}, () => [one({}), other({})]))).toMatchObject({
      message: 'Two different steps are named "one".',
    })
    expect(errorOf(() => pipeline('p', {}, async () => one({})))).toMatchObject({ code: 'PIPELINE_INVALID' })
  })

  it('refuses bad names and settings where they stand, and a pipeline of nothing', () => {
    const bad = (more: object) => errorOf(() => step({ name: 'ok', in: {}, out: {}, run: () => ({}), ...more }))
    const where = expect.stringMatching(/compile-graph\.test\.ts:\d+$/)
    expect(bad({ name: 'my step' })).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining('name'),
      where,
    })
    expect(bad({ retries: -1 })).toMatchObject({ message: expect.stringContaining('retries'), where })
    expect(bad({ timeout: 'soon' })).toMatchObject({ message: expect.stringContaining('timeout'), where })
    expect(bad({ resources: { cpu: 0 } })).toMatchObject({ message: expect.stringContaining('resources.cpu'), where })
    expect(bad({})).toBeTypeOf('function')
    expect(errorOf(() => pipeline('my pipeline', {}, () => one({})))).toMatchObject({ code: 'PIPELINE_INVALID', where })
    expect(errorOf(() => pipeline('p', {}, () => {}))).toMatchObject({ message: 'Pipeline "p" has no steps.', where })
  })
})
