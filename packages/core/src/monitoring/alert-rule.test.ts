import { describe, expect, it } from 'vitest'
import type { AlertId } from '../kernel/index.ts'
import { type Alert, alertTransitions, type MonitorSpec, monitorSpecSchema, type WindowResult } from './index.ts'

const spec: MonitorSpec = monitorSpecSchema.parse({
  name: 'delays',
  endpoint: 'delays',
  performance: { metric: 'auc', minimum: 0.66 },
  consecutiveWindows: 3,
})

const time = (day: number) => `2001-04-${String(day).padStart(2, '0')}T00:00:00.000Z`

/** A window whose named columns drifted and whose AUC is given. */
function windowResult(
  day: number,
  drifted: readonly string[],
  value?: number,
  half = 0.03,
  isFinal = true,
): WindowResult {
  const drift = ['hour', 'origin'].map((column) => ({
    column,
    role: 'input' as const,
    test: 'chi-square',
    statistic: 9,
    pValue: 0.001,
    adjustedPValue: 0.002,
    effect: drifted.includes(column) ? 0.3 : 0.01,
    minimumEffect: 0.1,
    n: 500,
    nullFraction: 0,
    unseenFraction: 0,
    isDrifted: drifted.includes(column),
  }))
  const estimate =
    value === undefined
      ? undefined
      : { value, n: 500, interval: { lower: value - half, upper: value + half, confidence: 0.95 } }
  return {
    monitor: 'delays',
    endpoint: 'delays',
    version: 1,
    from: time(day),
    until: time(day + 1),
    predictionCount: 500,
    status: 'well',
    drift,
    performance: {
      metric: 'auc',
      ...(estimate && { estimate }),
      minimum: 0.66,
      labelCount: 500,
      labelCoverage: 1,
      isBelow: value !== undefined && value < 0.66,
      isFinal,
    },
    evaluatedAt: time(day + 1),
  }
}

const options = { newId: () => 'alr_00000001' as AlertId, at: time(9) }
const after = (history: readonly WindowResult[], open: readonly Alert[] = []) =>
  alertTransitions(spec, history, open, options)

describe('alert on drift', () => {
  it('opens when one column drifted three windows in a row', () => {
    const two = [windowResult(1, ['hour']), windowResult(2, ['hour'])]
    expect(after(two).opened).toEqual([])
    const [alert] = after([...two, windowResult(3, ['hour', 'origin'])]).opened
    expect(alert).toMatchObject({
      kind: 'drift',
      status: 'open',
      column: 'hour',
      value: 0.3,
      threshold: 0.1,
      title: 'hour drifted',
    })
    expect(alert!.window).toEqual({ from: time(3), until: time(4) })
    expect(alert!.causes.map(({ column }) => column)).toEqual(['hour', 'origin'])
    expect(alert!.causes[0]!.text).toBe('hour: 30 % of rows have moved to other values (500 rows, p = 0.0020).')
  })

  it('does not open when the columns take turns', () => {
    expect(after([windowResult(1, ['hour']), windowResult(2, ['origin']), windowResult(3, ['hour'])]).opened).toEqual(
      [],
    )
  })

  it('passes over windows with too few rows', () => {
    const empty: WindowResult = { ...windowResult(2, []), drift: [], status: 'too-few-rows' }
    const history = [windowResult(1, ['hour']), empty, windowResult(3, ['hour']), windowResult(4, ['hour'])]
    expect(after(history).opened).toHaveLength(1)
  })

  it('goes on while it lasts and closes after three quiet windows', () => {
    const loud = [1, 2, 3].map((day) => windowResult(day, ['hour']))
    const { opened } = after(loud)
    const quiet = [4, 5, 6].map((day) => windowResult(day, []))
    expect(after([...loud, quiet[0]!], opened)).toMatchObject({
      opened: [],
      closed: [],
      continued: [{ id: opened[0]!.id }],
    })
    expect(after([...loud, ...quiet], opened).closed).toMatchObject([{ status: 'closed', closedAt: time(9) }])
  })
})

describe('a second fault', () => {
  const first = [1, 2, 3].map((day) => windowResult(day, ['hour']))
  const { opened } = after(first)
  const both = [4, 5, 6].map((day) => windowResult(day, ['hour', 'origin']))

  it('makes a second alert, that names only what is new', () => {
    const changes = after([...first, ...both], opened)
    expect(changes.opened).toMatchObject([{ column: 'origin', causes: [{ column: 'origin' }] }])
    expect(changes.continued).toMatchObject([{ id: opened[0]!.id, column: 'hour' }])
    expect(after([...first, ...both], [...changes.opened, ...changes.continued]).opened).toEqual([])
  })

  it('keeps its alert open when the first is over', () => {
    const second = after([...first, ...both], opened).opened
    const origins = [7, 8, 9].map((day) => windowResult(day, ['origin']))
    const changes = after([...first, ...both, ...origins], [...opened, ...second])
    expect(changes.closed).toMatchObject([{ column: 'hour' }])
    expect(changes.continued).toMatchObject([{ column: 'origin' }])
  })
})

describe('alert on performance', () => {
  it('opens when three final windows are below, and so is the upper bound of their mean', () => {
    const low = [0.62, 0.61, 0.63].map((value, i) => windowResult(i + 1, [], value))
    expect(after(low).opened).toMatchObject([
      { kind: 'performance', metric: 'auc', value: 0.63, threshold: 0.66, title: 'auc fell to 0.630, below 0.66' },
    ])
  })

  it('does not open for windows that are unlucky together, nor for windows whose labels are still coming', () => {
    const unsure = [0.655, 0.65, 0.656].map((value, i) => windowResult(i + 1, [], value))
    expect(after(unsure).opened).toEqual([])
    const early = [0.62, 0.61, 0.63].map((value, i) => windowResult(i + 1, [], value, 0.03, i < 2))
    expect(after(early).opened).toEqual([])
  })

  it('does not open before a window has labels', () => {
    expect(after([1, 2, 3].map((day) => windowResult(day, []))).opened).toEqual([])
  })
})
