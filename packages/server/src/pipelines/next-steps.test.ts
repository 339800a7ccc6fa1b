import type { GraphStep, StepStatus } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { from, graph, isTrue, param, step } from '../../test/graphs.ts'
import { valueOutput } from '../../test/scripted-worker.ts'
import { nextStep, type StepStates } from './next-steps.ts'
import { orderGraph } from './order-graph.ts'
import { runStatus } from './run-status.ts'

const diamond = graph('diamond', [
  step('a'),
  step('b', { inputs: { x: from('a') } }),
  step('c', { inputs: { x: from('a') } }),
  step('d', { inputs: { x: { from: 'list', items: [from('b'), from('c')] } } }),
])
const conditional = graph('conditional', [
  step('test'),
  step('keep', { when: isTrue(from('test')) }),
  step('tell', { inputs: { x: from('keep') } }),
])

const statesOf = (statuses: Readonly<Record<string, StepStatus>>, out: unknown = 1): StepStates =>
  new Map(
    Object.entries(statuses).map(([id, status]) => [
      id,
      { status, outputs: status === 'succeeded' || status === 'cached' ? { out: valueOutput(out) } : {} },
    ]),
  )

/** What becomes of each waiting step, what a skip or stop means running down the graph. */
function decided(steps: readonly GraphStep[], given: StepStates, params = {}): Record<string, string> {
  const states = new Map(given)
  const decisions: Record<string, string> = {}
  for (const each of steps) {
    if (states.get(each.id)?.status !== 'waiting') continue
    const next = nextStep(each, { params, refs: { artifacts: {}, datasets: [] }, states })
    if (next === 'wait') continue
    decisions[each.id] = next
    if (next === 'skip') states.set(each.id, { status: 'skipped', outputs: {} })
    if (next === 'stop') states.set(each.id, { status: 'cancelled', outputs: {} })
  }
  return decisions
}

describe('nextSteps', () => {
  it.each<[string, Record<string, StepStatus>, Record<string, string>]>([
    ['begins with what needs nothing', { a: 'waiting', b: 'waiting', c: 'waiting', d: 'waiting' }, { a: 'ready' }],
    [
      'goes on with all that is ready',
      { a: 'succeeded', b: 'waiting', c: 'waiting', d: 'waiting' },
      { b: 'ready', c: 'ready' },
    ],
    ['takes a cached result like any other', { a: 'cached', b: 'cached', c: 'waiting', d: 'waiting' }, { c: 'ready' }],
    ['waits for every item of a list', { a: 'succeeded', b: 'succeeded', c: 'running', d: 'waiting' }, {}],
    [
      'stops only what depends on a failure',
      { a: 'succeeded', b: 'failed', c: 'waiting', d: 'waiting' },
      { c: 'ready', d: 'stop' },
    ],
    [
      'stops all the way down',
      { a: 'failed', b: 'waiting', c: 'waiting', d: 'waiting' },
      { b: 'stop', c: 'stop', d: 'stop' },
    ],
    ['shows a failure rather than a skip', { a: 'succeeded', b: 'failed', c: 'skipped', d: 'waiting' }, { d: 'stop' }],
    ['leaves finished steps alone', { a: 'succeeded', b: 'succeeded', c: 'succeeded', d: 'succeeded' }, {}],
  ])('%s', (_, statuses, expected) => {
    expect(decided(orderGraph(diamond), statesOf(statuses))).toEqual(expected)
  })

  it.each<[string, unknown, Record<string, string>]>([
    ['runs a step whose condition is true', true, { keep: 'ready' }],
    ['skips a step whose condition is false, and what depends on it', false, { keep: 'skip', tell: 'skip' }],
    ['takes nothing but true for true', 'yes', { keep: 'skip', tell: 'skip' }],
  ])('%s', (_, out, expected) => {
    const states = statesOf({ test: 'succeeded', keep: 'waiting', tell: 'waiting' }, out)
    expect(decided(orderGraph(conditional), states)).toEqual(expected)
  })
})

describe('a condition on a parameter', () => {
  it.each([
    [true, { a: 'ready' }],
    [false, { a: 'skip' }],
    [undefined, { a: 'skip' }],
  ])('%s', (isWanted, expected) => {
    const steps = [step('a', { when: isTrue(param('isWanted')) })]
    expect(decided(steps, statesOf({ a: 'waiting' }), { isWanted })).toEqual(expected)
  })
})

const branched = graph('branched', [
  step('test'),
  step('slow'),
  step('yes', { inputs: { x: from('slow') }, when: isTrue(from('test')) }),
  step('no', { when: [{ ref: from('test'), is: 'equal', value: false }] }),
  step('after', { inputs: { x: { from: 'either', items: [from('yes'), from('no')] } } }),
])

describe('an either', () => {
  const waiting = { slow: 'waiting', yes: 'waiting', no: 'waiting', after: 'waiting' } as const
  it.each<[string, unknown, Record<string, StepStatus>, Record<string, string>]>([
    [
      'takes the first arm when the second was skipped',
      true,
      { ...waiting, yes: 'succeeded', no: 'skipped', slow: 'succeeded' },
      { after: 'ready' },
    ],
    [
      'takes the second arm when the first was skipped',
      false,
      { ...waiting, yes: 'skipped', no: 'cached', slow: 'succeeded' },
      { after: 'ready' },
    ],
    [
      'waits for the first arm although the second is there, so that the answer does not depend on who is faster',
      true,
      { ...waiting, slow: 'running', yes: 'waiting', no: 'succeeded' },
      {},
    ],
    [
      'does not wait for what a skipped arm waits for',
      false,
      { ...waiting, slow: 'running', no: 'succeeded' },
      { yes: 'skip', after: 'ready' },
    ],
    [
      'is skipped when all arms are',
      true,
      { ...waiting, slow: 'succeeded', yes: 'skipped', no: 'skipped' },
      { after: 'skip' },
    ],
    [
      'stops at an arm that failed',
      true,
      { ...waiting, slow: 'succeeded', yes: 'failed', no: 'skipped' },
      { after: 'stop' },
    ],
    [
      'passes over a skipped arm whose own needs failed',
      false,
      { ...waiting, slow: 'failed', no: 'succeeded' },
      { yes: 'skip', after: 'ready' },
    ],
  ])('%s', (_, out, statuses, expected) => {
    expect(decided(orderGraph(branched), statesOf({ test: 'succeeded', ...statuses }, out))).toEqual(expected)
  })
})

describe('conditions', () => {
  const on = (is: GraphStep['when'][number]['is'], than: GraphStep['when'][number]['value']) =>
    graph('on', [step('test'), step('a', { when: [{ ref: from('test'), is, value: than }] })])
  it.each<[GraphStep['when'][number]['is'], GraphStep['when'][number]['value'], unknown, string]>([
    ['equal', 3, 3, 'ready'],
    ['equal', { a: 1, b: 2 }, { b: 2, a: 1 }, 'ready'],
    ['equal', '3', 3, 'skip'],
    ['not-equal', 3, 4, 'ready'],
    ['less', 3, 2.9, 'ready'],
    ['less', 3, 3, 'skip'],
    ['at-most', 3, 3, 'ready'],
    ['greater', 3, 3, 'skip'],
    ['at-least', 3, 3, 'ready'],
    ['greater', 3, '4', 'skip'],
    ['greater', 3, null, 'skip'],
  ])('%s %j of %j: %s', (is, than, got, expected) => {
    expect(decided(orderGraph(on(is, than)), statesOf({ test: 'succeeded', a: 'waiting' }, got))).toEqual({
      a: expected,
    })
  })

  it('must all hold; one that is false settles it before the others are known', () => {
    const both = graph('both', [
      step('first'),
      step('second'),
      step('a', { when: [...isTrue(from('first')), ...isTrue(from('second'))] }),
    ])
    const states = (first: StepStatus, second: StepStatus, out: unknown) =>
      statesOf({ first, second, a: 'waiting' }, out)
    expect(decided(orderGraph(both), states('succeeded', 'running', true))).toEqual({})
    expect(decided(orderGraph(both), states('succeeded', 'running', false))).toEqual({ a: 'skip' })
    expect(decided(orderGraph(both), states('succeeded', 'failed', false))).toEqual({ a: 'skip' })
    expect(decided(orderGraph(both), states('running', 'failed', true))).toEqual({})
    expect(decided(orderGraph(both), states('succeeded', 'failed', true))).toEqual({ a: 'stop' })
    expect(decided(orderGraph(both), states('succeeded', 'skipped', true))).toEqual({ a: 'skip' })
  })
})

describe('runStatus', () => {
  it.each<[StepStatus[], string]>([
    [['waiting', 'queued'], 'queued'],
    [['skipped', 'queued'], 'queued'],
    [['succeeded', 'queued'], 'running'],
    [['failed', 'running'], 'running'],
    [['failed', 'cancelled', 'succeeded'], 'failed'],
    [['cancelled', 'succeeded'], 'cancelled'],
    [['succeeded', 'cached', 'skipped'], 'succeeded'],
    [['succeeded', 'paused', 'waiting'], 'paused'],
    [['paused', 'running'], 'running'],
    [['paused', 'queued'], 'running'],
  ])('of %j is %s', (statuses, expected) => {
    expect(runStatus(statuses)).toBe(expected)
  })

  it('is running while a step waits for the result of another run', () => {
    expect(runStatus(['paused', 'waiting'], true)).toBe('running')
  })
})
