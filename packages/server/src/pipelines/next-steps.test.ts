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

describe('runStatus', () => {
  it.each<[StepStatus[], string]>([
    [['waiting', 'queued'], 'queued'],
    [['succeeded', 'queued'], 'running'],
    [['failed', 'running'], 'running'],
    [['failed', 'cancelled', 'succeeded'], 'failed'],
    [['cancelled', 'succeeded'], 'cancelled'],
    [['succeeded', 'cached', 'skipped'], 'succeeded'],
  ])('of %j is %s', (statuses, expected) => {
    expect(runStatus(statuses)).toBe(expected)
  })
})
